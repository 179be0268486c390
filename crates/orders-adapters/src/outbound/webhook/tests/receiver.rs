//! A receiver on this machine, of which each connection does as the test wants.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Came {
    /// `POST /in HTTP/1.1`.
    pub line: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Came {
    fn of(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { line, headers, body: Vec::new() }
    }

    /// The names of its headers, in lower case and in their order.
    pub fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The value of a header, of which there must be one; its name in lower case.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str()).expect(name);
        assert!(values.next().is_none(), "{name} twice");
        value
    }
}

/// A listener and what came to it. Dropping it ends it with its connections.
pub struct Receiver {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    /// How many of them have ended.
    ended: watch::Receiver<usize>,
    came: Arc<Mutex<Vec<Came>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// One that answers each request with these bytes, and ends the connection.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::at("127.0.0.1:0", move |mut stream, came| {
            let answer = Arc::clone(&answer);
            async move {
                if let Some(request) = read(&mut stream).await {
                    came.lock().unwrap().push(request);
                    let _ = stream.write_all(&answer).await;
                }
            }
        })
        .await
        .unwrap()
    }

    /// One that answers 200 with this body and a length.
    pub async fn content(body: &str) -> Self {
        let length = body.len();
        Self::answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
        .await
    }

    /// One that does this with each connection.
    pub async fn doing<F>(act: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::at("127.0.0.1:0", move |stream, _| act(stream)).await.unwrap()
    }

    /// The same at this address, if it is to be had.
    pub async fn at<F>(
        address: &str,
        act: impl Fn(TcpStream, Arc<Mutex<Vec<Came>>>) -> F + Send + Sync + 'static,
    ) -> std::io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (connections, came) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<Came>>>::default());
        let (end, ended) = watch::channel(0);
        let (counted, kept) = (Arc::clone(&connections), Arc::clone(&came));
        let task = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (acting, end) = (act(stream, Arc::clone(&kept)), end.clone());
                tasks.spawn(async move {
                    acting.await;
                    end.send_modify(|count| *count += 1);
                });
            }
        });
        Ok(Self { address, connections, ended, came, task })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until every connection has ended.
    pub async fn idle(&self) {
        let mut ended = self.ended.clone();
        ended.wait_for(|count| *count == self.connections()).await.unwrap();
    }

    /// Ends it; nobody listens when this returns.
    pub async fn end(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    /// What came, in its order.
    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole request, or nothing if it breaks off.
pub async fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let mut came = Came::of(std::str::from_utf8(&bytes[..end]).unwrap());
            let length = came.header("content-length").parse().unwrap();
            came.body = bytes.split_off(end + 4);
            while came.body.len() < length {
                if stream.read_buf(&mut came.body).await.ok()? == 0 {
                    return None;
                }
            }
            return Some(came);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
