//! The project's own handwritten digits: what is learnt from them alone must hold for real people's digits.

use e2e::{Project, real_data};

/// The demo's recipe, trained on as many generated digits as the demo takes, is judged on MNIST's test images.
#[test]
fn a_model_trained_on_generated_digits_reads_mnist() {
    let Some(data) = real_data() else { return };
    let project = Project::new();
    project.call(&["data", "get", "digits", "--count", "60000"]).succeed();
    project.write("recipes/generated.toml", include_str!("../../recipes/demo.toml"));
    project.call(&["train", "recipes/generated.toml"]).succeed();

    for file in ["images-idx3", "labels-idx1"] {
        let file = format!("t10k-{file}-ubyte.gz");
        project.write(
            &format!("mnist/{file}"),
            std::fs::read(data.join("vision_mnist").join(&file)).expect("read"),
        );
    }
    project.call(&["data", "import", "mnist"]).succeed();
    let report = project.json(&["evaluate", "digits", "--on", "mnist"]);
    assert_eq!(report["rows"], 10_000, "{}", report["part"]);
    let metrics = report["metrics"].as_array().expect("metrics");
    let accuracy = metrics.iter().find(|metric| metric["metric"] == "accuracy").expect("an accuracy");
    let value = accuracy["value"].as_f64().expect("a number");
    assert!(value >= 0.93, "MNIST is read at {value}");
}
