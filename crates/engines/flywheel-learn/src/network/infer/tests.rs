//! Shapes that fit, and every way not to fit, as one table.

use super::*;
use crate::network::summarise;

const DIGIT: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

fn classes(count: usize) -> Demand {
    Demand {
        task: Task::Classification,
        classes: count,
        loss: LossSpec::CrossEntropy { label_smoothing: 0.0 },
        batch_size: 32,
    }
}

fn number() -> Demand {
    Demand { task: Task::Regression, classes: 0, loss: LossSpec::Mse {}, batch_size: 32 }
}

fn rows(numbers: usize) -> InputPlan {
    InputPlan::Rows { numbers, embeddings: Vec::new() }
}

/// The layers of a recipe as JSON reads them, which is what TOML becomes.
fn layers(typed: &str) -> Vec<LayerSpec> {
    serde_json::from_str(&format!("[{typed}]")).unwrap()
}

/// What comes of a network: the shape after each layer, the head and the parameters; or each problem with its place.
fn found(input: &InputPlan, typed: &str, demand: &Demand) -> String {
    let specs = layers(typed);
    let (network, problems) = infer(&specs, input, demand);
    let said: Vec<String> = problems
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.place.setting.as_deref().unwrap_or(""), problem.code))
        .collect();
    if problems.stop() {
        return said.join("; ");
    }
    let summary = summarise(&network, &specs, 0);
    let shapes: Vec<&str> = summary.layers.iter().map(|layer| layer.output.as_str()).collect();
    let warnings = if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) };
    format!("{} | {:?} | {}{warnings}", shapes.join(" → "), network.head, summary.parameters)
}

fn check(input: &InputPlan, typed: &str, demand: &Demand, expected: &str) {
    assert_eq!(found(input, typed, demand), expected, "{typed}");
}

const DENSE: &str = r#"{"kind":"dense","units":16,"activation":"relu"}"#;
const OUTPUT: &str = r#"{"kind":"output"}"#;
const FLATTEN: &str = r#"{"kind":"flatten"}"#;

#[test]
fn shapes_are_inferred() {
    let image = InputPlan::Images(DIGIT);
    check(
        &image,
        r#"{"kind":"flatten"},{"kind":"dense","units":512,"activation":"relu"},{"kind":"dense","units":10,"activation":"softmax"}"#,
        &classes(10),
        "784 → 512 → 10 | Softmax | 407050",
    );
    check(
        &image,
        r#"{"kind":"conv2d","filters":8,"kernel":5,"activation":"relu"},{"kind":"max_pool","size":2},
           {"kind":"conv2d","filters":16,"kernel":3,"padding":"same"},{"kind":"batch_norm"},{"kind":"activation","function":"gelu"},
           {"kind":"avg_pool","size":3,"stride":2},{"kind":"flatten"},{"kind":"dropout","rate":0.5},{"kind":"output"}"#,
        &classes(10),
        "24 × 24 × 8 → 12 × 12 × 8 → 12 × 12 × 16 → 12 × 12 × 16 → 12 × 12 × 16 → 5 × 5 × 16 → 400 → 400 → 10 | Softmax | 5418",
    );
    check(
        &image,
        r#"{"kind":"conv2d","filters":4,"kernel":4,"stride":3,"padding":"same","bias":false},{"kind":"flatten"},{"kind":"output"}"#,
        &classes(3),
        "10 × 10 × 4 → 400 → 3 | Softmax | 1267",
    );
    check(&rows(7), &format!("{DENSE},{OUTPUT}"), &number(), "16 → 1 | Identity | 145");
    let binary = Demand { loss: LossSpec::BinaryCrossEntropy { label_smoothing: 0.0 }, ..classes(2) };
    check(&rows(7), &format!("{DENSE},{OUTPUT}"), &binary, "16 → 1 | Sigmoid | 145");
    let mse = Demand { loss: LossSpec::Mse {}, ..classes(3) };
    check(
        &rows(7),
        &format!("{DENSE},{OUTPUT}"),
        &mse,
        "16 → 3 | Identity | 179 (network.1 network.softmax_under_mse)",
    );
    let embedded = InputPlan::Rows {
        numbers: 3,
        embeddings: vec![crate::network::EmbeddingPlan { categories: 5, width: 2 }],
    };
    check(&embedded, OUTPUT, &classes(2), "2 | Softmax | 22");
}

#[test]
fn every_mistake_is_said_at_its_layer() {
    let image = InputPlan::Images(DIGIT);
    let classes_10 = classes(10);
    let mistakes = [
        (&image, DENSE.to_owned() + "," + OUTPUT, "network.0 network.wants_row"),
        (
            &image,
            format!(r#"{FLATTEN},{{"kind":"max_pool","size":2}},{OUTPUT}"#),
            "network.1 network.wants_image",
        ),
        (
            &image,
            format!(r#"{{"kind":"conv2d","filters":4,"kernel":30}},{FLATTEN},{OUTPUT}"#),
            "network.0 network.window_too_large",
        ),
        (
            &image,
            format!(r#"{{"kind":"max_pool","size":14}},{{"kind":"max_pool","size":4}},{FLATTEN},{OUTPUT}"#),
            "network.1 network.window_too_large",
        ),
        (&image, FLATTEN.to_owned(), "network.0 network.wants_one_per_class"),
        (&image, r#"{"kind":"dropout","rate":0.1}"#.to_owned(), "network.0 network.ends_in_image"),
        (
            &image,
            format!(r#"{FLATTEN},{{"kind":"dense","units":12}}"#),
            "network.1 network.wants_one_per_class",
        ),
        (
            &image,
            format!("{FLATTEN},{OUTPUT},{OUTPUT}"),
            "network.1 network.output_not_last; network.1 network.softmax_inside",
        ),
        (
            &image,
            format!(r#"{FLATTEN},{{"kind":"dense","units":9,"activation":"softmax"}},{OUTPUT}"#),
            "network.1 network.softmax_inside",
        ),
        (
            &image,
            format!(r#"{FLATTEN},{{"kind":"dropout","rate":1.0}},{OUTPUT}"#),
            "network.1 network.dropout_rate",
        ),
        (
            &image,
            format!(r#"{FLATTEN},{{"kind":"dense","units":0}},{OUTPUT}"#),
            "network.1 network.nothing_out",
        ),
        // All at once, and what follows from a mistake is not said again.
        (
            &image,
            format!(
                r#"{DENSE},{{"kind":"conv2d","filters":4,"kernel":3}},{{"kind":"max_pool","size":2}},{FLATTEN},{{"kind":"dropout","rate":2}},{{"kind":"dense","units":3}}"#
            ),
            "network.0 network.wants_row; network.1 network.wants_image; network.4 network.dropout_rate; network.5 network.wants_one_per_class",
        ),
    ];
    for (input, typed, expected) in mistakes {
        check(input, &typed, &classes_10, expected);
    }
    check(
        &rows(4),
        &format!(r#"{{"kind":"conv2d","filters":4,"kernel":3}},{OUTPUT}"#),
        &number(),
        "network.0 network.wants_image",
    );
    check(&rows(4), r#"{"kind":"dense","units":2}"#, &number(), "network.0 network.wants_one_number");
    check(
        &rows(4),
        r#"{"kind":"dense","units":1,"activation":"softmax"}"#,
        &number(),
        "network.0 network.softmax_of_one",
    );
    let binary = Demand { loss: LossSpec::BinaryCrossEntropy { label_smoothing: 0.0 }, ..classes(2) };
    check(&rows(4), r#"{"kind":"dense","units":2}"#, &binary, "network.0 network.wants_one_logit");
    let alone = Demand { batch_size: 1, ..number() };
    check(
        &rows(4),
        &format!(r#"{{"kind":"batch_norm"}},{OUTPUT}"#),
        &alone,
        "network.0 network.batch_of_one",
    );
}

#[test]
fn doubts_do_not_stop() {
    let squeezed = r#"{"kind":"dense","units":3,"activation":"sigmoid"}"#;
    check(&rows(2), squeezed, &classes(3), "3 | Softmax | 9 (network.0 network.squeezed_logits)");
    let capped = r#"{"kind":"output","activation":"relu"}"#;
    check(&rows(2), capped, &number(), "1 | Identity | 3 (network.0 network.squeezed_number)");
    check(
        &rows(2),
        &format!("{FLATTEN},{OUTPUT}"),
        &number(),
        "2 → 1 | Identity | 3 (network.0 network.flat_already)",
    );
    let zero = format!(r#"{{"kind":"dense","units":4,"initializer":{{"kind":"zero"}}}},{OUTPUT}"#);
    check(&rows(2), &zero, &number(), "4 → 1 | Identity | 17 (network.0 network.zero_hidden)");
}

#[test]
fn weights_begin_as_the_activation_wants() {
    let typed = r#"{"kind":"dense","units":4,"activation":"relu"},{"kind":"dense","units":4},{"kind":"activation","function":"gelu"},
        {"kind":"dense","units":4,"activation":"tanh"},{"kind":"output"}"#;
    let (network, _) = infer(&layers(typed), &rows(3), &number());
    let begun: Vec<Initializer> = network
        .layers
        .iter()
        .filter_map(|layer| match layer.kind {
            LayerKind::Dense { initializer, .. } => Some(initializer),
            _ => None,
        })
        .collect();
    assert_eq!(
        begun,
        [Initializer::He {}, Initializer::He {}, Initializer::Xavier {}, Initializer::Xavier {}]
    );
}

#[test]
fn chosen_networks_fit_what_they_were_chosen_for() {
    for shape in [
        DIGIT,
        ImageShape { height: 64, width: 48, channels: 3 },
        ImageShape { height: 3, width: 2, channels: 1 },
    ] {
        let input = InputPlan::Images(shape);
        let (_, problems) = infer(&crate::network::choose(&input, 1000, 4), &input, &classes(4));
        assert!(problems.problems.is_empty(), "{shape:?}: {problems}");
    }
    for count in [100, 5_000, 100_000] {
        let (_, problems) = infer(&crate::network::choose(&rows(9), count, 0), &rows(9), &number());
        assert!(problems.problems.is_empty(), "{count} rows: {problems}");
    }
}

#[test]
fn layers_are_taken_from_another_model_until_the_first_that_differs() {
    let image = InputPlan::Images(DIGIT);
    let typed = |last: &str| {
        format!(r#"{{"kind":"conv2d","filters":4,"kernel":3}},{{"kind":"flatten"}},{DENSE},{last}"#)
    };
    let (base, _) = infer(&layers(&typed(OUTPUT)), &image, &classes(10));
    let (mut network, _) = infer(&layers(&typed(OUTPUT)), &image, &classes(4));
    // conv2d, flatten, dense, relu are the same; the output is narrower.
    let reused = crate::network::reusable_layers(&network, &base);
    assert_eq!(reused, 4);
    let old = crate::network::initialise(&base, 1);
    let mut new = crate::network::initialise(&network, 2);
    let fresh = new.clone();
    crate::network::take_over(&network, reused, &mut new, &old);
    assert_eq!(new[..4], old[..4]);
    assert_eq!(new[4..], fresh[4..]);
    assert_eq!(crate::network::freeze(&mut network, 1), 1);
    assert!(network.layers[0].frozen && !network.layers[2].frozen);
    let [all, frozen] = network.parameter_counts();
    assert_eq!(frozen, 40);
    assert_eq!(all, 40 + 2704 * 16 + 16 + 16 * 4 + 4);
}
