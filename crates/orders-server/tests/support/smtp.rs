//! A mail server that keeps what it gets (RFC 5321, as far as a client needs it).

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// A mail server on a free port. It ends with the process.
#[derive(Clone)]
pub struct MailServer {
    port: u16,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), mails: Arc::default() };
        let mails = Arc::clone(&server.mails);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mails = Arc::clone(&mails);
                // A client that is killed ends it in the middle.
                std::thread::spawn(move || serve(stream, &mails).unwrap_or_default());
            }
        });
        server
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every mail that came whole.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, mails: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    stream.set_nodelay(true)?;
    stream.write_all(b"220 mail.example ready\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let command = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match command.as_str() {
            "EHLO" | "HELO" => stream.write_all(b"250-mail.example\r\n250 8BITMIME\r\n")?,
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                loop {
                    match lines.next().transpose()? {
                        Some(line) if line == "." => break,
                        Some(line) => mail.extend([line.as_str(), "\n"]),
                        None => return Ok(()),
                    }
                }
                mails.lock().unwrap().push(mail);
                stream.write_all(b"250 kept\r\n")?;
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n"),
            _ => stream.write_all(b"250 fine\r\n")?,
        }
    }
    Ok(())
}
