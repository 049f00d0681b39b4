//! Bad inputs, as a person sees them told, in both languages.

use flywheel_spec::{Language, Problem};
use flywheel_tables::ImportOptions;

use crate::made::{idx_images, idx_labels, import_bytes, png, zip};

/// Each problem as `severity file:line row column: message → advice`.
fn told(problems: &[Problem], language: Language) -> String {
    let mut text = String::new();
    for problem in problems {
        let place = &problem.place;
        text.push_str(&format!("{:?} {}", problem.severity, place.file.as_deref().unwrap_or("")));
        for (sign, number) in [(":", place.line), (":", place.character), (" row ", place.row)] {
            if let Some(number) = number {
                text.push_str(&format!("{sign}{number}"));
            }
        }
        if let Some(column) = &place.column {
            text.push_str(&format!(" column {column}"));
        }
        text.push_str(&format!("\n  {}\n", problem.message.text(language)));
        if let Some(advice) = &problem.advice {
            text.push_str(&format!("  → {}\n", advice.text(language)));
        }
    }
    text
}

#[test]
fn bad_inputs_are_told_with_place_and_advice() {
    let sizes = zip(&[
        ("cats/1.png", png(28, 28, [1; 3], true)),
        ("cats/2.png", png(28, 28, [1; 3], true)),
        ("dogs/3.png", png(32, 28, [1; 3], true)),
    ]);
    let mut shifted = "app,category,rating\n".to_owned();
    let mut mixed = "name,weight\n".to_owned();
    for row in 0..30 {
        shifted.push_str(&format!("App {row},{},4.{}\n", ["TOOLS", "GAMES"][row % 2], row % 10));
        mixed.push_str(&format!(
            "n{row},{}\n",
            if row == 20 { "heavy".to_owned() } else { format!("{row}.5") }
        ));
    }
    shifted.push_str("Photo Frame,1.9\n");
    let cases: [(&str, &str, Vec<u8>); 7] = [
        ("truncated idx", "train-images-idx3-ubyte", idx_images(3)[..24].to_vec()),
        ("mislabelled idx", "train-images-idx3-ubyte", idx_labels(3)),
        ("image sizes", "pets.zip", sizes),
        ("shifted row", "apps.csv", shifted.into()),
        (
            "wrong encoding",
            "names.csv",
            b"name,city\nJos\xC3\xA9,Le\xC3\xB3n\nIn\xC3\xAAs,\xC3\x89vora\nBj\xF6rn,Malm\xC3\xB6\n".to_vec(),
        ),
        ("sometimes text", "weights.csv", mixed.into()),
        ("open quote", "quotes.csv", b"a,b\n1,2\n\"3,4\n5,6\n".to_vec()),
    ];
    let mut text = String::new();
    for language in [Language::En, Language::Zh] {
        for (case, name, bytes) in &cases {
            let problems = match import_bytes(name, bytes, &ImportOptions::default()) {
                Ok(imported) => imported.warnings,
                Err(problems) => problems.problems,
            };
            assert!(!problems.is_empty(), "{case}");
            text.push_str(&format!("== {case}\n{}", told(&problems, language)));
        }
    }
    insta::assert_snapshot!(text);
}
