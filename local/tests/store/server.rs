//! The store on a socket, at work by itself.

use std::net::SocketAddr;
use std::sync::Arc;

use local::{Options, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::stage::{open, order, read};

async fn exchange(address: SocketAddr, method: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{method} {target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_over_sockets_are_answered_side_by_side_until_the_stop() {
    let store = open(Options::for_tests()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, stop) = watch::channel(false);
    let served = tokio::spawn(store.serve(listener, stop));
    let asked = (0..20).map(|_| tokio::spawn(exchange(address, "GET", "/health")));
    for reply in asked.collect::<Vec<_>>() {
        let reply = reply.await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
        assert!(reply.ends_with('}'), "{reply}");
    }
    let head = exchange(address, "HEAD", "/health").await;
    assert!(head.to_lowercase().contains("content-length: "), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    tell.send(true).unwrap();
    served.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

async fn confirmed(store: &Store, placed: &serde_json::Value) {
    while read(store, placed).await["status"] != "confirmed" {
        // In virtual time, this is no time at all.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn left_to_itself_the_store_does_what_has_to_be_done() {
    let store = open(Options::for_tests()).await;
    let (tell, stop) = watch::channel(false);
    let sources = tokio::spawn(Arc::clone(&store).run(stop));
    let placed = order(&store, "one", 1, Some("pm_test_ok")).await;
    confirmed(&store, &placed).await;
    tell.send(true).unwrap();
    sources.await.unwrap();
}
