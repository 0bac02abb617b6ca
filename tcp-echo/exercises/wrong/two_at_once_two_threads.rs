//! Two threads that serve one client each: the third client waits for one of them.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    let second = listener.try_clone()?;
    thread::spawn(move || serve(&second, talk));
    serve(&listener, talk)
}

fn serve(listener: &TcpListener, talk: fn(TcpStream)) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        talk(stream);
    }
}
