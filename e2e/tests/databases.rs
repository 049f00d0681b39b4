//! Tables of real PostgreSQL and MariaDB servers, which the test starts itself: imported as events and as feedback,
//! again without adding anything, and compared with the database's own SQL.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use e2e::server::free_port;
use e2e::{Project, until};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a password may be made of, as it is and as an address writes it.
const PASSWORD: &str = "p@ss/w:rd";
const ESCAPED: &str = "p%40ss%2Fw%3Ard";

/// `nobody`, because a server for PostgreSQL refuses to be run by root.
const NOBODY: u32 = 65_534;

/// A server in a folder of its own; it ends when this goes.
struct Database {
    folder: TempDir,
    running: Option<Child>,
    port: u16,
    scheme: &'static str,
    /// The program that takes SQL on standard input and answers with `|` or a tabulator between columns.
    client: PathBuf,
}

impl Database {
    /// PostgreSQL, or `None` with a word on standard error.
    fn postgres() -> Option<Self> {
        let (initdb, postgres) = (program("initdb")?, program("postgres")?);
        let mut database = Self::new("postgres", program("psql")?);
        database.write("password", PASSWORD);
        let data = database.path("data");
        database.run(
            &initdb,
            &["-U", "fly", "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync"],
            |call| {
                call.arg(format!("--pwfile={}", database.path("password").display())).arg("-D").arg(&data);
            },
        );
        let mut call = database.call(&postgres);
        call.arg("-D").arg(&data).args(["-p", &database.port.to_string()]).args(["-c", "fsync=off"]);
        call.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        database.start(call);
        Some(database)
    }

    /// MariaDB, or `None` with a word on standard error.
    fn mariadb() -> Option<Self> {
        let (install, server) = (program("mariadb-install-db")?, program("mariadbd")?);
        let mut database = Self::new("mysql", program("mariadb")?);
        let data = database.path("data");
        let datadir = format!("--datadir={}", data.display());
        database.run(
            &install,
            &["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"],
            |call| {
                call.arg(&datadir);
            },
        );
        let mut call = database.call(&server);
        call.args([
            "--no-defaults",
            &datadir,
            &format!("--port={}", database.port),
            "--bind-address=127.0.0.1",
        ]);
        call.arg(format!("--socket={}", database.path("socket").display()));
        database.start(call);
        database
            .ask(&format!("CREATE USER 'fly'@'%' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO 'fly'@'%'"));
        Some(database)
    }

    fn new(scheme: &'static str, client: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("flywheel-db-").tempdir().expect("a folder");
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("given away");
        }
        Self { folder, running: None, port: free_port(), scheme, client }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).expect("written");
    }

    /// A program of the server's, run by whom the server lets run it.
    fn call(&self, program: &Path) -> Command {
        let mut call = Command::new(program);
        call.current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        if is_root() {
            call.uid(NOBODY).gid(NOBODY);
        }
        call
    }

    fn run(&self, program: &Path, arguments: &[&str], change: impl FnOnce(&mut Command)) {
        let mut call = self.call(program);
        change(call.args(arguments));
        let ended = call.output().expect("started");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{} failed:\n{err}", program.display());
    }

    fn start(&mut self, mut call: Command) {
        let log = std::fs::File::create(self.path("log")).expect("a log");
        let err = log.try_clone().expect("a log");
        self.running = Some(call.stdout(log).stderr(err).spawn().expect("started"));
        until("the database's first answer", Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()?;
            self.try_ask("SELECT 1;")
        });
    }

    /// The answer to SQL, columns with `|` between them; a file of it, so that no shell reads it.
    fn ask(&self, sql: &str) -> Vec<String> {
        self.try_ask(sql).unwrap_or_else(|| panic!("{} refused: {sql}", self.scheme))
    }

    fn try_ask(&self, sql: &str) -> Option<Vec<String>> {
        let mut call = Command::new(&self.client);
        if self.scheme == "postgres" {
            call.env("PGPASSWORD", PASSWORD).args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-U",
                "fly",
            ]);
            call.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]);
        } else {
            call.args(["--no-defaults", "--default-character-set=utf8mb4", "-u", "root", "-N", "-B"]);
            call.arg(format!("--socket={}", self.path("socket").display())).arg("mysql");
        }
        call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = call.spawn().expect("the client starts");
        child.stdin.take().expect("piped").write_all(sql.as_bytes()).ok()?;
        let ended = child.wait_with_output().expect("it ends");
        let out = String::from_utf8(ended.stdout).expect("UTF-8");
        let rows = out.lines().map(|line| line.replace('\t', "|")).collect();
        ended.status.success().then_some(rows)
    }

    /// The address of a database on the server.
    fn url(&self, database: &str) -> String {
        format!("{}://fly:{ESCAPED}@127.0.0.1:{}/{database}", self.scheme, self.port)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(mut child) = self.running.take() else { return };
        // SAFETY: the process is our own child and has not been waited for.
        unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGQUIT) };
        for _ in 0..100 {
            if matches!(child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn is_root() -> bool {
    // SAFETY: the call only asks.
    unsafe { libc::geteuid() == 0 }
}

/// Where a program is, Debian's places for servers included; `None` with a word on standard error.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "{name} is absent: a test on a database is left out; e2e/prepare.sh installs it"
        );
    }
    found
}

/// What `events import` and `feedback import` are called with.
fn import<'a>(what: &'a str, url: &'a str, table: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![what, "import", "--from", url, "--table", table];
    arguments.extend(more);
    arguments
}

/// Event, count, and the sum of what was paid, as the project tells it.
fn told(project: &Project, source: &str) -> Vec<String> {
    let query = format!(
        "SELECT event, count(*), sum(number(properties, 'amount')) FROM events \
         WHERE source = 'import:{source}' GROUP BY event ORDER BY event"
    );
    let answer = project.json(&["sql", &query]);
    let row = |row: &Value| {
        let sum = row[2].as_f64().expect("a sum");
        format!("{}|{}|{sum}", row[0].as_str().expect("a name"), row[1])
    };
    answer["rows"].as_array().expect("rows").iter().map(row).collect()
}

/// What every database is asked to do with its tables `orders`, `reviews`, `nothing` and `timeless`.
fn comes_in_once_and_says_what_is_wrong(project: &Project, database: &Database, url: &str) {
    let orders = project.json(&import("events", url, "orders", &[]));
    assert_eq!(
        (orders["rows"].as_u64(), orders["imported"].as_u64(), orders["aside"].as_u64()),
        (Some(5000), Some(5000), Some(0)),
        "{orders}"
    );
    let mapping = &orders["mapping"];
    assert_eq!((mapping["person"].as_str(), mapping["time"].as_str()), (Some("user_id"), Some("created_at")));
    assert_eq!(mapping["event"], json!({"kind": "column", "column": "event"}));
    let again = project.json(&import("events", url, "orders", &[]));
    assert_eq!((again["imported"].as_u64(), again["known"].as_u64()), (Some(0), Some(5000)), "{again}");
    let (prefix, float) =
        if database.scheme == "mysql" { ("USE shop; ", "double") } else { ("\\c shop\n", "float8") };
    let sums = format!(
        "{prefix}SELECT event, count(*), CAST(sum(amount) AS {float}) FROM orders GROUP BY event ORDER BY event;"
    );
    let own = database.ask(&sums);
    assert_eq!(told(project, "orders"), own);
    assert_eq!(own.len(), 3);

    let corrected =
        ["--person", "buyer", "--time", "day", "--event", "=order", "--zone", "Asia/Shanghai", "--preview"];
    let corrected = project.json(&import("events", url, "orders", &corrected));
    let mapping = &corrected["mapping"];
    assert_eq!((mapping["person"].as_str(), mapping["time"].as_str()), (Some("buyer"), Some("day")));
    assert_eq!(mapping["event"], json!({"kind": "constant", "name": "order"}));
    assert_eq!(
        (corrected["first"].as_str(), corrected["imported"].as_u64()),
        (Some("2026-02-28T16:00:00Z"), Some(0))
    );

    for _ in 0..2 {
        let reviews =
            project.json(&import("feedback", url, "reviews", &["--key", "id", "--person", "author"]));
        assert_eq!(reviews["columns"]["text"], "review");
        assert_eq!(reviews["columns"]["rating"], "stars");
        let import = &reviews["import"];
        let came = import["imported"].as_u64().zip(import["known"].as_u64());
        assert_eq!(came.map(|(new, known)| new + known), Some(30), "{import}");
    }
    let query = "SELECT count(*), count(DISTINCT person), sum(number(properties, 'rating')) FROM events \
                 WHERE source = 'import:reviews'";
    assert_eq!(project.json(&["sql", query])["rows"], json!([[30, 5, 90.0]]));

    let port = format!(":{}/", database.port);
    let closed = format!(":{}/", free_port());
    let (wrong_word, nobody) = (url.replace(ESCAPED, "wrong"), url.replace(&port, &closed));
    let (no_host, no_base) =
        (url.replace("127.0.0.1", "no-such-host.invalid"), url.replace("/shop", "/shopp"));
    for (url, table, words) in [
        (url, "order", "did you mean `orders`?"),
        (url, "ORDERS", "did you mean `orders`?"),
        (url, "other.orders", "the database has no table `other.orders`"),
        (url, "nothing", "`nothing` has no rows that can be read"),
        (url, "timeless", "no column says when"),
        (&*wrong_word, "orders", "the database refused"),
        (&*no_base, "orders", "the database refused"),
        (&*nobody, "orders", "the database did not answer"),
        (&*no_host, "orders", "the database did not answer"),
    ] {
        let refused = project.call(&import("events", url, table, &[])).refuse();
        let said = refused.out + &refused.err;
        assert!(said.contains(words), "{table}: {said}");
        assert!(!said.contains("p@ss") && !said.contains(ESCAPED), "the password is shown: {said}");
    }
}

/// The properties of the only event of a source.
fn properties(project: &Project, source: &str) -> Value {
    let query = format!("SELECT properties FROM events WHERE source = 'import:{source}'");
    let rows = &project.json(&["sql", &query])["rows"];
    assert_eq!(rows.as_array().map(Vec::len), Some(1), "{rows}");
    serde_json::from_str(rows[0][0].as_str().expect("a text")).expect("JSON")
}

#[test]
fn tables_of_postgresql_come_in_once_with_every_kind_of_value() {
    let Some(database) = Database::postgres() else { return };
    database.ask("CREATE DATABASE shop;");
    database.ask(
        r#"\c shop
CREATE TABLE orders (user_id bigint, buyer text, event text, created_at timestamptz, day date, amount numeric(12, 2));
INSERT INTO orders SELECT 1 + g % 70, 'b' || g % 70, (ARRAY['view', 'pay', '看'])[1 + g % 3],
  timestamptz '2026-03-01 08:00:00+08' + g * interval '7 seconds', date '2026-03-01' + g % 3, g / 4.0 FROM generate_series(0, 4999) g;
CREATE TABLE reviews (id int PRIMARY KEY, author text, stars int, review text, posted timestamptz);
INSERT INTO reviews SELECT g, 'u' || g % 5, 1 + g % 5, 'The app crashes when I pay, again', timestamptz '2026-02-01Z' + g * interval '1 day'
  FROM generate_series(1, 30) g;
CREATE TABLE nothing (user_id int, event text, created_at timestamptz);
CREATE TABLE timeless (user_id int, event text, amount int);
INSERT INTO timeless VALUES (1, 'pay', 5);
CREATE TYPE mood AS ENUM ('good', '''tricky');
CREATE SCHEMA "Old Shop";
CREATE TABLE "Old Shop"."Dot.Table ""表""" (
  "用户" int, "事件" text, "时间" timestamp, big bigint, ratio float8, yes boolean, none text, note text, js jsonb, serial uuid,
  tags text[], mood mood, raw bytea, ip inet, dur interval, "it's ""odd""" int);
INSERT INTO "Old Shop"."Dot.Table ""表""" VALUES (7, '付款', '2026-03-01 09:30:00.123456', 9007199254740993, 0.1, true, NULL,
  E'张三 😀 "q" \\ \n', '{"a": {"b": [1, 2]}, "n": null}', '82f3039f-1e15-4af7-b2df-d4943ad762f6', ARRAY['x', '名'], '''tricky',
  '\xff00'::bytea, '10.0.0.1', '1 day 2 hours', 1);
CREATE MATERIALIZED VIEW paid AS SELECT * FROM orders WHERE event = 'pay';
"#,
    );
    let project = Project::new();
    let url = database.url("shop");
    comes_in_once_and_says_what_is_wrong(&project, &database, &url);

    let odd = project.json(&import(
        "events",
        &url,
        "Old Shop.Dot.Table \"表\"",
        &["--name", "odd", "--zone", "UTC"],
    ));
    assert_eq!(
        (odd["imported"].as_u64(), odd["first"].as_str()),
        (Some(1), Some("2026-03-01T09:30:00.123456Z"))
    );
    assert_eq!(
        properties(&project, "odd"),
        json!({
            "big": 9_007_199_254_740_993_i64, "ratio": 0.1, "yes": true, "note": "张三 😀 \"q\" \\ \n",
            "js": {"a": {"b": [1, 2]}, "n": null}, "serial": "82f3039f-1e15-4af7-b2df-d4943ad762f6", "tags": ["x", "名"],
            "mood": "'tricky", "raw": "\\xff00", "ip": "10.0.0.1", "dur": "1 day 02:00:00", "it's \"odd\"": 1,
        })
    );
    let schema = project.json(&import("events", &url, "public.orders", &["--preview"]));
    assert_eq!(schema["aside"], 0, "a schema may be spelt out: {schema}");
    let paid = project.json(&import("events", &url, "paid", &["--preview"]));
    assert!(paid["rows"].as_u64() > Some(1000), "a materialized view is a table: {paid}");
}

#[test]
fn tables_of_mariadb_come_in_once_with_every_kind_of_value() {
    let Some(database) = Database::mariadb() else { return };
    database.ask(
        r#"CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; SET time_zone = '+08:00';
CREATE TABLE orders (user_id bigint, buyer text, event varchar(40), created_at datetime, day date, amount decimal(12, 2));
INSERT INTO orders SELECT 1 + seq % 70, concat('b', seq % 70), elt(1 + seq % 3, 'view', 'pay', '看'),
  timestamp('2026-03-01') + interval seq * 7 second, date('2026-03-01') + interval seq % 3 day, seq / 4.0 FROM seq_0_to_4999;
CREATE TABLE reviews (id int PRIMARY KEY, author text, stars int, review text, posted datetime);
INSERT INTO reviews SELECT seq, concat('u', seq % 5), 1 + seq % 5, 'The app crashes when I pay, again',
  timestamp('2026-02-01') + interval seq day FROM seq_1_to_30;
CREATE TABLE nothing (user_id int, event text, created_at datetime);
CREATE TABLE timeless (user_id int, event text, amount int);
INSERT INTO timeless VALUES (1, 'pay', 5);
CREATE TABLE `Dot.Table ``表``` (
  `用户` int, `事件` text, `时间` timestamp(6) NULL, ubig bigint unsigned, ratio double, yes boolean, bits bit(5), none text, note text,
  js json, mood enum('good', '''tricky'), picked set('a', 'b'), raw blob, few varbinary(4), spot point, yr year, `it's \ "odd"` int);
INSERT INTO `Dot.Table ``表``` VALUES (7, '付款', '2026-03-01 09:30:00.123456', 18446744073709551615, 0.1, true, b'10101', NULL,
  '张三 😀 "q" \\ \n', '{"a": {"b": [1, 2]}}', '''tricky', 'a,b', x'ff00', x'00ff', point(1.5, 2), 2026, 1);
"#,
    );
    let project = Project::new();
    let url = database.url("shop");
    comes_in_once_and_says_what_is_wrong(&project, &database, &url);

    // A TIMESTAMP is a moment, whatever zone times without one are read in.
    let odd = ["--name", "odd", "--zone", "Asia/Tokyo"];
    let odd = project.json(&import("events", &url, "Dot.Table `表`", &odd));
    assert_eq!(
        (odd["imported"].as_u64(), odd["first"].as_str()),
        (Some(1), Some("2026-03-01T01:30:00.123456Z"))
    );
    assert_eq!(
        properties(&project, "odd"),
        json!({
            "ubig": 18_446_744_073_709_551_615_u64, "ratio": 0.1, "yes": 1, "bits": 21, "note": "张三 😀 \"q\" \\ \n",
            "js": {"a": {"b": [1, 2]}}, "mood": "'tricky", "picked": "a,b", "raw": "FF00", "few": "00FF",
            "spot": "POINT(1.5 2)", "yr": 2026, "it's \\ \"odd\"": 1,
        })
    );
    let schema = project.json(&import("events", &url, "shop.orders", &["--preview"]));
    assert_eq!(schema["aside"], 0, "a schema may be spelt out: {schema}");
}
