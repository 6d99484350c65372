//! The processes that are measured: the same program started again in another part.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::local::{Failure, Local};

/// A process that listens; it ends when this is dropped.
pub struct Part {
    child: Child,
    /// Open as long as the part shall live.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it said after its address.
    pub said: String,
}

impl Part {
    /// Starts this program again with these arguments and waits for the address that it prints.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let (address, said) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        Ok(Self {
            address: address.parse()?,
            said: said.to_owned(),
            child,
            stdin,
            stdout,
        })
    }

    /// Bytes of the server's index, as it says itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn index_bytes(&mut self) -> Result<u64, Failure> {
        let stdin = self.stdin.as_mut().ok_or("the part has no input")?;
        stdin.write_all(b"\n")?;
        stdin.flush()?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }

    /// Memory in use that is not shared with files, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status
            .lines()
            .find(|line| line.starts_with("RssAnon:"))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse::<u64>().ok())
            .unwrap_or_default()
            * 1024
    }

    /// Processor time used so far, in seconds.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // Fields 14 and 15 after the name in parentheses, in ticks of 10 ms.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = [11, 12]
            .iter()
            .filter_map(|index| fields.get(*index)?.parse::<f64>().ok())
            .sum::<f64>();
        ticks / 100.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // The part ends when its input does.
        drop(self.stdin.take());
        drop(self.child.wait());
    }
}

/// The part that is the real server, on the database in a folder: prints its address and key, and for each line of its input the
/// bytes of its index; lives until its input ends.
///
/// # Errors
/// When it cannot start.
pub fn be_server(folder: &Path) -> Result<(), Failure> {
    let server = Local::on(folder, 2)?;
    say(&format!("{} {}", server.address, server.key))?;
    for line in std::io::stdin().lines() {
        line?;
        say(&server.index_bytes().to_string())?;
    }
    Ok(())
}

/// The part that is a bare handler: answers `/n` with the bytes of the n-th file.
///
/// # Errors
/// When it cannot start.
pub fn be_bare(files: &[String]) -> Result<(), Failure> {
    let bodies: Vec<web::Bytes> = files
        .iter()
        .map(|file| std::fs::read(file).map(web::Bytes::from))
        .collect::<Result<_, _>>()?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new(bodies.clone()))
                    .route("/{n}", web::to(bare))
            });
            match server.workers(2).listen(listener) {
                Ok(server) => server.run().await,
                Err(error) => Err(error),
            }
        })
    });
    say(&address.to_string())?;
    wait_for_the_end()
}

async fn bare(bodies: web::Data<Vec<web::Bytes>>, n: web::Path<usize>) -> HttpResponse {
    let body = bodies.get(*n).cloned().unwrap_or_default();
    HttpResponse::Ok().content_type("application/json").body(body)
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn wait_for_the_end() -> Result<(), Failure> {
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
