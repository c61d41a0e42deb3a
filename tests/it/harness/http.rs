//! `git http-backend` behind a port of this machine: what a forge serves, without a forge.

use super::world::World;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A server of repositories; gone when dropped.
#[derive(Debug)]
pub(crate) struct Http {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The program behind it, and its surroundings.
#[derive(Debug, Clone)]
struct Backend {
    program: PathBuf,
    root: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What git asks.
#[derive(Debug, Default)]
struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Http {
    /// Serves the repositories of a folder; `None` if this git has no `http-backend`.
    pub(crate) fn serve(world: &World, root: &Path) -> Option<Http> {
        let folder = world.git(["--exec-path"]).success().stdout.trim().to_owned();
        let program = Path::new(&folder).join("git-http-backend");
        let command = world.command(&program, root);
        let environment = command.get_envs().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
        let backend = Backend { root: root.to_owned(), environment: environment.collect(), program };
        if !backend.program.is_file() {
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, is_over) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let stop = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !stop.load(Ordering::SeqCst)) {
                let backend = backend.clone();
                std::thread::spawn(move || backend.answer(stream.unwrap()));
            }
        });
        Some(Http { address, is_over, thread: Some(thread) })
    }

    /// Returns the address of a repository.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address); // Wakes the one that waits.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Backend {
    /// One request a connection.
    fn answer(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let Some(request) = Request::read(&stream) else { return };
        let output = self.run(&request);
        let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(output.len());
        let (head, body) = (String::from_utf8_lossy(&output[..end]), output.get(end + 4..).unwrap_or_default());
        let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
        let headers: String =
            head.lines().filter(|line| !line.starts_with("Status: ")).map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let _ = write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(body);
    }

    #[expect(clippy::disallowed_methods, reason = "the harness is the one that starts programs")]
    fn run(&self, request: &Request) -> Vec<u8> {
        let mut command = Command::new(&self.program);
        command.env_clear().envs(self.environment.iter().cloned());
        command.env("GIT_PROJECT_ROOT", &self.root).env("GIT_HTTP_EXPORT_ALL", "1");
        command.env("REQUEST_METHOD", &request.method).env("PATH_INFO", &request.path);
        command.env("QUERY_STRING", &request.query).env("CONTENT_LENGTH", request.body.len().to_string());
        for (name, variable) in [
            ("content-type", "CONTENT_TYPE"),
            ("git-protocol", "GIT_PROTOCOL"),
            ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ] {
            command.envs(request.header(name).map(|value| (variable, value.to_owned())));
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut input, body) = (child.stdin.take().unwrap(), request.body.clone());
        let writer = std::thread::spawn(move || drop(input.write_all(&body)));
        let output = child.wait_with_output().unwrap().stdout;
        writer.join().unwrap();
        output
    }
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut request = Request { method, path: path.into(), query: query.into(), ..Request::default() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        request.body = match (request.header("content-length"), request.header("transfer-encoding")) {
            (Some(length), _) => {
                let mut body = vec![0; length.parse().ok()?];
                reader.read_exact(&mut body).ok()?;
                body
            }
            (None, Some("chunked")) => chunks(&mut reader)?,
            _ => Vec::new(),
        };
        Some(request)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend(&chunk[..length]);
    }
}
