//! Exported models without Flywheel: onnxruntime answers as `predict` does, whatever layers, losses and columns there are.

use std::path::Path;
use std::process::Command;

use e2e::Project;
use e2e::pictures::idx_images;
use e2e::rows::{CHURN, customers};
use serde_json::{Value, json};

/// A recipe on the customers whose numbers go in as they are.
fn recipe(network: &str, target: &str, prepare: &str, train: &str) -> String {
    format!(
        "name = \"made\"
network = [{network}]
[data]
table = \"customers\"
target = \"{target}\"
leave_out = [\"customer\"]
[prepare]
normalise = \"none\"
{prepare}
columns = [{{ name = \"age\", kind = \"number\" }}, {{ name = \"months\", kind = \"number\" }}]
[train]
epochs = 6
batch_size = 32
optimizer = {{ kind = \"adam\", learning_rate = 0.01 }}
{train}
"
    )
}

/// Trains, exports, and holds onnxruntime's answers against those of `predict`.
fn check(made: &str, inputs: &[&str], features: impl Fn(&Customer<'_>) -> Vec<f64>) {
    let table = customers();
    let project = Project::new();
    project.write("customers.csv", &table).write("recipes/made.toml", made);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/made.toml"]).succeed();
    let rows: Vec<Vec<f64>> = table.lines().skip(1).map(|line| features(&Customer::read(line))).collect();
    compare(&project, "made", "customers.csv", json!(inputs), json!([inputs.len()]), json!(rows));
}

fn compare(project: &Project, model: &str, file: &str, inputs: Value, shape: Value, features: Value) {
    let exported = project.json(&["models", "export", model, "--to", "taken"]);
    assert_eq!(exported["findings"], json!([]));
    let answered = project.json(&["predict", model, file]);
    let case = json!({
        "inputs": inputs, "shape": shape, "features": features, "predictions": answered["predictions"],
    });
    project.write("case.json", case.to_string());
    python(project, "onnx_rows.py", &["taken", "case.json"]);
}

/// One row of the customers.
struct Customer<'a> {
    age: f64,
    plan: &'a str,
    spend: f64,
    months: f64,
    churned: bool,
}

impl<'a> Customer<'a> {
    fn read(line: &'a str) -> Self {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |cell: usize| cells[cell].parse::<f64>().expect("a number");
        Self {
            age: number(1),
            plan: cells[2],
            spend: number(3),
            months: number(4),
            churned: cells[5] == "yes",
        }
    }

    /// The place of its plan: 0 would be one never seen.
    fn place(&self) -> usize {
        1 + PLANS.iter().position(|plan| *plan == self.plan).expect("a known plan")
    }

    /// Its plan as one 0/1 for each place.
    fn plan_inputs(&self) -> [f64; 4] {
        std::array::from_fn(|place| f64::from(u8::from(place == self.place())))
    }
}

const PLANS: [&str; 3] = ["basic", "gold", "silver"];

const INPUTS: [&str; 7] =
    ["age", "plan (unseen)", "plan=basic", "plan=gold", "plan=silver", "spend", "months"];

fn inputs(customer: &Customer<'_>) -> Vec<f64> {
    let plan = customer.plan_inputs();
    [&[customer.age][..], &plan, &[customer.spend, customer.months]].concat()
}

#[test]
fn classes_after_batch_norm_and_dropout_are_the_same() {
    let network = r#"
        { kind = "dense", units = 12, bias = false },
        { kind = "batch_norm" },
        { kind = "activation", function = "relu" },
        { kind = "dropout", rate = 0.2 },
        { kind = "dense", units = 8, activation = "leaky_relu" },
        { kind = "output" },"#;
    check(&recipe(network, "churned", "", ""), &INPUTS, inputs);
}

#[test]
fn calibrated_probabilities_after_layer_norm_gelu_and_an_embedding_are_the_same() {
    let network = r#"
        { kind = "layer_norm" },
        { kind = "dense", units = 10, activation = "gelu" },
        { kind = "dense", units = 6, activation = "tanh" },
        { kind = "output" },"#;
    let train =
        "loss = { kind = \"binary_cross_entropy\" }\n[serve]\nsure = { kind = \"coverage\", share = 0.8 }";
    let made = recipe(network, "churned", "categories = \"embedding\"", train);
    check(&made, &["age", "spend", "months", "plan (place)"], |customer| {
        vec![customer.age, customer.spend, customer.months, customer.place() as f64]
    });
}

#[test]
fn shares_under_a_squared_loss_are_the_same() {
    let network = r#"
        { kind = "batch_norm" },
        { kind = "dense", units = 8, activation = "relu" },
        { kind = "output", activation = "softmax" },"#;
    check(&recipe(network, "churned", "", "loss = { kind = \"mse\" }"), &INPUTS, inputs);
}

#[test]
fn a_number_is_answered_in_its_own_unit() {
    let network = r#"
        { kind = "batch_norm" },
        { kind = "dense", units = 12, activation = "sigmoid" },
        { kind = "output" },"#;
    let names = ["age", "plan (unseen)", "plan=basic", "plan=gold", "plan=silver", "months", "churned=yes"];
    let made = recipe(network, "spend", "", "loss = { kind = \"mse\" }");
    let made = made.replace("target = \"spend\"", "target = \"spend\"\ntask = \"regression\"");
    check(&made, &names, |customer| {
        let (plan, churned) = (customer.plan_inputs(), f64::from(u8::from(customer.churned)));
        [&[customer.age][..], &plan, &[customer.months, churned]].concat()
    });
}

/// Every layer of images, with windows that do not fit and borders that are not even.
const CONVOLUTIONS: &str = r#"
name = "made"
network = [
  { kind = "conv2d", filters = 6, kernel = 4, padding = "same", bias = false },
  { kind = "batch_norm" },
  { kind = "activation", function = "leaky_relu" },
  { kind = "max_pool", size = 3, stride = 2 },
  { kind = "conv2d", filters = 8, kernel = 3, stride = 2 },
  { kind = "layer_norm" },
  { kind = "activation", function = "gelu" },
  { kind = "avg_pool", size = 2 },
  { kind = "flatten" },
  { kind = "dropout", rate = 0.2 },
  { kind = "output" },
]
[data]
table = "digits"
target = "label"
limit = 400
[train]
epochs = 2
batch_size = 32
optimizer = { kind = "adam", learning_rate = 0.005 }
"#;

#[test]
fn images_are_pixels_divided_by_255_channel_by_channel() {
    const IMAGES: usize = 12;
    let project = Project::new();
    project.write("recipes/made.toml", CONVOLUTIONS);
    project.call(&["data", "get", "digits", "--count", "600"]).succeed();
    project.call(&["train", "recipes/made.toml"]).succeed();
    let file = idx_images(IMAGES as u32, 28, IMAGES * 28 * 28);
    // The header of three sizes goes before the pixels.
    let features: Vec<f64> = file[16..].iter().map(|&pixel| f64::from(pixel) / 255.0).collect();
    project.write("drawn-idx3-ubyte", &file);
    compare(&project, "made", "drawn-idx3-ubyte", json!(["image"]), json!([1, 28, 28]), json!(features));
}

#[test]
fn a_dozen_lines_of_python_ask_an_exported_model() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    project.write("one.csv", "age,plan,spend,months\n41,gold,62.5,7\n");
    let answered = project.json(&["predict", "churn", "one.csv"]);
    project.call(&["models", "export", "churn", "--to", "taken.zip"]).succeed();
    project.call(&["models", "export", "churn", "--to", "taken"]).succeed();
    let row = json!({ "age": 41, "plan": "gold", "spend": 62.5, "months": 7 });
    let printed = python(&project, "onnx_row.py", &["taken", &row.to_string()]);
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    let probabilities = answered["predictions"][0]["probabilities"].as_array().expect("probabilities");
    assert_eq!(printed.as_object().map(|labels| labels.len()), Some(probabilities.len()));
    for one in probabilities {
        let label = one["label"].as_str().expect("a label");
        let (expected, found) = (one["probability"].as_f64(), printed[label].as_f64());
        let apart = expected.zip(found).map(|(expected, found)| (expected - found).abs());
        assert!(apart.is_some_and(|apart| apart < 1e-5), "{label}: {found:?}, not {expected:?}");
    }
    let zip = std::fs::read(project.path().join("taken.zip")).expect("written");
    let name = b"churn-1/model.onnx";
    assert!(zip.windows(name.len()).any(|window| window == name), "the zip lacks the model");
}

#[test]
fn a_model_of_texts_is_exported_without_and_says_so() {
    let mut csv = "text,reason\n".to_owned();
    for row in 0..60 {
        csv += &format!("the payment failed again for order {row},billing\n");
        csv += &format!("my parcel came late on day {row},delivery\n");
    }
    let made = r#"
name = "reasons"
network = [{ kind = "output" }]
[data]
table = "messages"
target = "reason"
[prepare]
columns = [{ name = "text", kind = "text" }]
[train]
epochs = 2
"#;
    let project = Project::new();
    project.write("messages.csv", csv).write("recipes/reasons.toml", made);
    project.call(&["data", "import", "messages.csv"]).succeed();
    project.call(&["train", "recipes/reasons.toml"]).succeed();
    let exported = project.json(&["models", "export", "reasons", "--to", "taken"]);
    assert_eq!(exported["findings"][0]["code"], "models.onnx_texts", "{exported}");
    let said = project.call(&["models", "export", "reasons", "--to", "again"]).succeed();
    assert!(said.err.contains("`text`") && said.out.contains("again"), "{}\n{}", said.out, said.err);
    let taken = project.path().join("taken");
    assert!(taken.join("model.safetensors").is_file() && !taken.join("model.onnx").exists());
}

/// Runs a script in the tests' Python, which `make test` installs, in the project's folder; gives what it printed.
fn python(project: &Project, script: &str, arguments: &[&str]) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python =
        std::env::var_os("FLYWHEEL_PYTHON").map_or_else(|| here.join("../.venv/bin/python"), Into::into);
    assert!(python.exists(), "{} is absent; run e2e/prepare.sh", python.display());
    let mut command = Command::new(python);
    command.arg(here.join("python").join(script)).args(arguments).current_dir(project.path());
    let ended = command.output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{script} failed:\n{out}\n{err}");
    out.into_owned()
}
