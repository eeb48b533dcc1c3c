//! HTTP over a socket, one request a connection.

use std::io::{Error, Read, Result, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A server on this machine.
#[derive(Clone, Copy)]
pub(crate) struct Web {
    pub(crate) port: u16,
}

impl Web {
    /// Sends a request; gives status and JSON body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<(u16, Value)> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port))?;
        socket.set_read_timeout(Some(Duration::from_secs(30)))?;
        let body = body.map(ToString::to_string).unwrap_or_default();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-length: {}\r\n",
            body.len()
        );
        if !body.is_empty() {
            request.push_str("content-type: application/json\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(&body);
        socket.write_all(request.as_bytes())?;
        let mut reply = String::new();
        socket.read_to_string(&mut reply)?;
        let cut = || Error::other("the reply was cut short");
        let (head, body) = reply.split_once("\r\n\r\n").ok_or_else(cut)?;
        let status = head.split(' ').nth(1).ok_or_else(cut)?;
        let status = status.parse().map_err(Error::other)?;
        let body = serde_json::from_str(body).map_err(Error::other)?;
        Ok((status, body))
    }

    /// Waits until the server gives a good answer.
    pub(crate) fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.reads() {
            assert!(Instant::now() < deadline, "the store does not serve");
        }
    }

    /// Whether it answers what only its data can tell.
    pub(crate) fn reads(&self) -> bool {
        let answer = self.send("GET", "/api/v1/products?limit=1", &[], None);
        answer.is_ok_and(|(status, _)| status == 200)
    }

    /// Signs in and gives the access token.
    pub(crate) fn log_in(&self, email: &str, password: &str) -> String {
        let body = json!({"email": email, "password": password});
        let (status, answer) = self
            .send("POST", "/api/v1/sessions", &[], Some(&body))
            .expect("an answer");
        assert_eq!(status, 201, "{answer}");
        answer["data"]["accessToken"]
            .as_str()
            .expect("a token")
            .to_owned()
    }
}
