//! Reads a capture: the file, then Ethernet, IPv4 and TCP in each packet of it.
//! Nothing is skipped: a byte that nobody expected is an error.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::{Context, Result, ensure};
use byteorder::{LittleEndian, NetworkEndian, ReadBytesExt};

pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const ACK: u8 = 0x10;

/// One packet, as tcpdump has written it down.
pub struct Packet {
    /// When, in microseconds since 1970.
    pub micros: u64,
    pub bytes: Vec<u8>,
    pub to_card: [u8; 6],
    pub from_card: [u8; 6],
    /// Each router takes one away, and drops the packet when none is left.
    pub ttl: u8,
    pub from: SocketAddrV4,
    pub to: SocketAddrV4,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    /// TCP's options: their kind, and what they say.
    pub options: Vec<(u8, Vec<u8>)>,
    pub payload: Vec<u8>,
}

impl Packet {
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// "SYN+ACK": the names of the flags, as most people say them.
    pub fn flag_names(&self) -> String {
        let names = ["FIN", "SYN", "RST", "PSH", "ACK"];
        let set = (0..5).filter(|bit| self.has(1 << bit));
        let set: Vec<&str> = set.map(|bit| names[bit]).collect();
        set.join("+")
    }
}

/// The packets of a capture file, as tcpdump writes it on a PC.
pub fn read_capture(mut file: &[u8]) -> Result<Vec<Packet>> {
    let magic = file.read_u32::<LittleEndian>()?;
    ensure!(magic == 0xa1b2_c3d4, "no pcap file: {magic:08x}");
    let major = file.read_u16::<LittleEndian>()?;
    let minor = file.read_u16::<LittleEndian>()?;
    ensure!((major, minor) == (2, 4), "version {major}.{minor}");
    let unused = file.read_u64::<LittleEndian>()?;
    let longest = file.read_u32::<LittleEndian>()?;
    ensure!((unused, longest) == (0, 262_144), "not as tcpdump writes it");
    let link = file.read_u32::<LittleEndian>()?;
    ensure!(link == 1, "no Ethernet, but link type {link}");

    let mut packets = Vec::new();
    while !file.is_empty() {
        let number = packets.len() + 1;
        let packet = read_packet(&mut file);
        packets.push(packet.with_context(|| format!("packet {number}"))?);
    }
    Ok(packets)
}

fn read_packet(file: &mut &[u8]) -> Result<Packet> {
    let seconds = u64::from(file.read_u32::<LittleEndian>()?);
    let micros = u64::from(file.read_u32::<LittleEndian>()?);
    ensure!(micros < 1_000_000, "{micros} microseconds");
    let kept = file.read_u32::<LittleEndian>()?;
    let length = file.read_u32::<LittleEndian>()?;
    ensure!(kept == length, "{kept} of {length} bytes kept");
    let bytes = take(file, kept as usize)?;

    let mut rest = bytes;
    let [to_card, from_card] = [read_card(&mut rest)?, read_card(&mut rest)?];
    let kind = rest.read_u16::<NetworkEndian>()?;
    ensure!(kind == 0x0800, "no IPv4, but type {kind:04x}");

    let (ip, ttl) = (rest, read_ip_header(&mut rest)?);
    let (source, destination) = (&ip[12..16], &ip[16..20]);
    // TCP's checksum covers the addresses, too: a packet that has gone to the wrong
    // computer is noticed.
    let length = u16::try_from(rest.len())?.to_be_bytes();
    let pseudo_header = [source, destination, &[0, 6], &length].concat();
    ensure!(sum_is_right(&[&pseudo_header, rest].concat()), "TCP's checksum");

    let from_port = rest.read_u16::<NetworkEndian>()?;
    let to_port = rest.read_u16::<NetworkEndian>()?;
    let seq = rest.read_u32::<NetworkEndian>()?;
    let ack = rest.read_u32::<NetworkEndian>()?;
    let words = rest.read_u8()?;
    ensure!(words & 0x0f == 0 && words >> 4 >= 5, "header length {words:02x}");
    let flags = rest.read_u8()?;
    let window = rest.read_u16::<NetworkEndian>()?;
    let _checksum = rest.read_u16::<NetworkEndian>()?;
    let urgent = rest.read_u16::<NetworkEndian>()?;
    ensure!(urgent == 0, "urgent data up to {urgent}");
    let options = take(&mut rest, 4 * usize::from(words >> 4) - 20)?;

    Ok(Packet {
        micros: seconds * 1_000_000 + micros,
        bytes: bytes.to_vec(),
        to_card,
        from_card,
        ttl,
        from: SocketAddrV4::new(address(source)?, from_port),
        to: SocketAddrV4::new(address(destination)?, to_port),
        seq,
        ack,
        flags,
        window,
        options: read_options(options)?,
        payload: rest.to_vec(),
    })
}

/// Returns the TTL; `rest` is what follows the header.
fn read_ip_header(rest: &mut &[u8]) -> Result<u8> {
    let packet = *rest;
    let header = take(rest, 20)?;
    ensure!(header[0] == 0x45, "no IPv4 header of 20 bytes: {:02x}", header[0]);
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    ensure!(length == packet.len(), "{length} bytes, says the IP header");
    ensure!(header[6] & 0xbf == 0 && header[7] == 0, "a fragment");
    ensure!(header[9] == 6, "no TCP, but protocol {}", header[9]);
    ensure!(sum_is_right(header), "IPv4's checksum");
    Ok(header[8])
}

fn read_options(mut rest: &[u8]) -> Result<Vec<(u8, Vec<u8>)>> {
    let mut options = Vec::new();
    while !rest.is_empty() {
        let kind = rest.read_u8()?;
        if kind == 1 {
            options.push((kind, Vec::new())); // a filler has no length
            continue;
        }
        let length = rest.read_u8()?.checked_sub(2).context("its length")?;
        options.push((kind, take(&mut rest, length.into())?.to_vec()));
    }
    Ok(options)
}

/// Does the checksum of the internet (RFC 1071) fit? All 16-bit numbers, its own field
/// included, add up to ffff, where a carry at the top is added at the bottom.
fn sum_is_right(bytes: &[u8]) -> bool {
    let pair = |pair: &[u8]| {
        u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |&b| b.into())
    };
    let mut sum: u32 = bytes.chunks(2).map(pair).sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum == 0xffff
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Result<&'a [u8]> {
    let taken;
    (taken, *rest) = rest.split_at_checked(n).context("it ends too early")?;
    Ok(taken)
}

fn read_card(rest: &mut &[u8]) -> Result<[u8; 6]> {
    let mut card = [0; 6];
    rest.read_exact(&mut card)?;
    Ok(card)
}

fn address(bytes: &[u8]) -> Result<Ipv4Addr> {
    Ok(<[u8; 4]>::try_from(bytes)?.into())
}
