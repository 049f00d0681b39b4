//! The project's own handwritten digits: what is learnt from them alone must hold for real people's digits.

use std::time::Duration;

use e2e::server::free_port;
use e2e::{Project, real_data, until};

/// The demo without real data trains on generated digits; MNIST's test images then say how good they are.
#[test]
fn a_model_trained_on_generated_digits_reads_mnist() {
    let Some(data) = real_data() else { return };
    let project = Project::empty();
    let port = free_port().to_string();
    let arguments = ["demo", "--port", &port, "--no-browser"];
    let mut demo = project.command(&arguments).env_remove("FLYWHEEL_DATA").spawn().expect("started");
    let answers = || std::net::TcpStream::connect(format!("127.0.0.1:{port}")).ok();
    until("the page", Duration::from_secs(300), answers);
    demo.kill().expect("killed");
    demo.wait().expect("gone");

    let images = data.join("vision_mnist/t10k-images-idx3-ubyte.gz").display().to_string();
    let within = |arguments: &[&str]| project.json(&[arguments, &["--project", "flywheel-demo"]].concat());
    within(&["data", "import", &images, "--name", "mnist"]);
    let report = within(&["evaluate", "digits", "--on", "mnist"]);

    assert_eq!(report["rows"], 10_000, "{}", report["part"]);
    let metrics = report["metrics"].as_array().expect("metrics");
    let accuracy = metrics.iter().find(|metric| metric["metric"] == "accuracy").expect("an accuracy");
    let value = accuracy["value"].as_f64().expect("a number");
    assert!(value >= 0.93, "MNIST is read at {value}");
}
