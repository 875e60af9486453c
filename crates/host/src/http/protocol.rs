//! Which protocol a client speaks, by its first bytes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// The first bytes of a client that speaks HTTP/2 with prior knowledge (RFC 9113, 3.4).
const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The protocols of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.0 and 1.1, or what is no HTTP at all.
    Http1,
    Http2,
}

/// Reads until the protocol is clear. The stream that it returns begins with what was read.
///
/// # Errors
///
/// The stream cannot be read.
pub(crate) async fn protocol<S: AsyncRead + Unpin>(
    mut stream: S,
) -> io::Result<(Protocol, Replayed<S>)> {
    let mut begin = [0; PREFACE.len()];
    let mut length = 0;
    let protocol = loop {
        let read = stream.read(&mut begin[length..]).await?;
        length += read;
        if read == 0 || !PREFACE.starts_with(&begin[..length]) {
            break Protocol::Http1;
        }
        if length == PREFACE.len() {
            break Protocol::Http2;
        }
    };
    Ok((protocol, Replayed::new(begin[..length].to_vec(), stream)))
}

/// A stream whose first bytes were read already and are read again.
pub(crate) struct Replayed<S> {
    begin: Vec<u8>,
    inner: S,
}

impl<S> Replayed<S> {
    /// A stream from which `begin` was read already.
    pub(crate) fn new(begin: Vec<u8>, inner: S) -> Self {
        Self { begin, inner }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Replayed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.begin.is_empty() {
            return Pin::new(&mut self.inner).poll_read(context, buffer);
        }
        let length = self.begin.len().min(buffer.remaining());
        let rest = self.begin.split_off(length);
        buffer.put_slice(&self.begin);
        self.begin = rest;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Replayed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn the_first_bytes_tell_and_are_not_lost() {
        let http2 = [PREFACE.as_slice(), b"more"].concat();
        for (bytes, want) in [
            (http2.as_slice(), Protocol::Http2),
            (b"GET / HTTP/1.1\r\n\r\n", Protocol::Http1),
            (b"PRI * HTTP/1.1\r\n\r\n", Protocol::Http1),
            (b"PRI", Protocol::Http1),
            (b"", Protocol::Http1),
        ] {
            // However few bytes come at a time.
            for size in [1, 7, 1000] {
                let (mut client, server) = tokio::io::duplex(size);
                let sent = async {
                    client.write_all(bytes).await.unwrap();
                    drop(client);
                };
                let received = async {
                    let (protocol, mut stream) = protocol(server).await.unwrap();
                    let mut all = Vec::new();
                    stream.read_to_end(&mut all).await.unwrap();
                    (protocol, all)
                };
                let ((), received) = tokio::join!(sent, received);
                assert_eq!(received, (want, bytes.to_vec()), "{size} at a time");
            }
        }
    }
}
