//! The options of a client's socket, and its last answer where it is refused.

use std::{io, net::Shutdown};

use socket2::SockRef;
use tokio::net::TcpStream;

/// How much may wait in the system to be sent, not counting what is on its way. The system reports
/// room only once a part of what waits is gone: with megabytes waiting, a slow reader would look for
/// half a minute as if it had stopped.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;

/// How much is read at a time of what is thrown away.
const READ_AWAY_BYTES: usize = 8 * 1024;

/// Has small answers sent at once, and progress of slow readers reported. Where the system cannot do
/// that, the socket still works.
pub(crate) fn prepare(socket: &TcpStream) {
    let _ = socket.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(socket).set_tcp_notsent_lowat(UNSENT_BYTES);
}

/// Sends what fits into the socket at once, then the end.
pub(crate) fn send_last(socket: &TcpStream, bytes: &[u8]) {
    // Not through tokio, which does not know yet that there is room.
    let socket = SockRef::from(socket);
    // An error means that the client is gone.
    let _ = socket.send(bytes);
    let _ = socket.shutdown(Shutdown::Write);
}

/// Reads and throws away what the client sends, until it closes the connection. If a socket is closed with
/// data unread, the client's system may drop the answer.
pub(crate) async fn read_away(socket: &TcpStream) {
    let mut buffer = vec![0; READ_AWAY_BYTES];
    while socket.readable().await.is_ok() {
        match socket.try_read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => return,
        }
    }
}

/// What the log says of a connection that was accepted in vain.
pub(crate) fn not_served(error: &io::Error) -> String {
    format!("a connection could not be served: {error}")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpSocket},
        time::timeout,
    };

    use super::*;

    /// A bound for what should happen at once.
    const SOON: Duration = Duration::from_secs(10);

    /// What a slow reader takes before it rests.
    const SIP: usize = 512 * 1024;

    #[tokio::test]
    async fn there_is_room_again_as_soon_as_a_little_was_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        // What its system holds back is a part of this, and not of what the machine allows.
        socket.set_recv_buffer_size(SIP as u32).unwrap();
        let (reader, accepted) = tokio::join!(socket.connect(address), listener.accept());
        let (reader, (writer, _)) = (reader.unwrap(), accepted.unwrap());
        prepare(&writer);
        for _ in 0..20 {
            fill(&writer).unwrap();
            sip(&reader).await.unwrap();
            let room = timeout(SOON, writer.writable()).await;
            assert!(room.is_ok(), "what was read made no room");
        }
    }

    #[tokio::test]
    async fn a_last_answer_arrives_though_its_request_is_not_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (mut client, (server, _)) = (client.unwrap(), accepted.unwrap());
        client.write_all(b"before").await.unwrap();
        server.readable().await.unwrap();
        send_last(&server, b"the last");
        let server = tokio::spawn(async move { read_away(&server).await });
        client.write_all(b"behind").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "the last");
        drop(client);
        timeout(SOON, server).await.unwrap().unwrap();
    }

    /// Reads that much, or all that there is.
    async fn sip(reader: &TcpStream) -> io::Result<()> {
        let mut left = SIP;
        let mut buffer = vec![0; 64 * 1024];
        reader.readable().await?;
        while left > 0 {
            let most = buffer.len().min(left);
            match reader.try_read(&mut buffer[..most]) {
                Ok(bytes) => left -= bytes,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes until nothing more fits in.
    fn fill(writer: &TcpStream) -> io::Result<()> {
        let chunk = vec![0; 64 * 1024];
        loop {
            match writer.try_write(&chunk) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}
