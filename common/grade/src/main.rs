//! cargo run -p grade -- tcp-echo                               what listens there
//! cargo run -p grade -- tcp-echo python3 my_server.py PORT     started by grade
//! cargo run -p grade -- file-transfer --client python3 my_client.py HOST PORT NAME DIR

fn main() -> std::process::ExitCode {
    grade::main()
}
