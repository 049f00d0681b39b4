//! Damaged sources: whatever happened to the bytes, an import reads them or says why not, and never panics.

use flywheel_stats::chance::Chance;
use flywheel_stats::damage::damaged;
use flywheel_tables::{ImportOptions, profile};

use crate::made::{gzip, idx_images, idx_labels, import_bytes, png, stored, zip};

#[test]
fn damaged_bytes_are_read_or_refused_with_reasons() {
    let csv = "id,price,when,plan\n1,\"$1,200.50\",2024-01-02,pro\n2,7,2024-02-03 10:00,free\n3,NA,2024-03-04,\"a \"\"b\"\"\nc\"\n";
    let pixels: String = format!(
        "label,{}\n5,{}\n",
        (0..16).map(|at| format!("pixel{at}")).collect::<Vec<_>>().join(","),
        (0..16).map(|at| (at * 16).to_string()).collect::<Vec<_>>().join(",")
    );
    let json = "{\"a\": 1, \"b\": {\"c\": \"x\"}}\n{\"a\": 2.5, \"b\": {\"c\": null}}\n";
    let gbk = encoding_rs::GBK.encode("城市,人口\n北京,2189\n上海,2487\n").0.into_owned();
    let images = [("a/1.png", png(3, 3, [9, 8, 7], false)), ("b/2.png", png(3, 3, [1; 3], true))];
    let digits =
        [("train-images-idx3-ubyte", idx_images(3)), ("train-labels-idx1-ubyte.gz", gzip(&idx_labels(3)))];
    let sources: [(&str, Vec<u8>, u64); 10] = [
        ("train-images-idx3-ubyte", idx_images(5), 2000),
        ("train-labels-idx1-ubyte.gz", gzip(&idx_labels(5)), 1000),
        ("a.csv", csv.into(), 3000),
        ("gbk.csv", gbk, 1000),
        ("a.csv.gz", gzip(csv.as_bytes()), 500),
        ("pixels.csv", pixels.into(), 1000),
        ("a.jsonl", json.into(), 2000),
        ("a.png", png(3, 3, [1; 3], true), 200),
        ("images.zip", zip(&images), 1000),
        ("digits.zip", zip(&digits), 1000),
    ];
    for (name, bytes, rounds) in sources {
        let mut read = 0;
        for seed in 0..rounds {
            let bytes = damaged(&bytes, &mut Chance::new(seed));
            match import_bytes(name, &bytes, &ImportOptions::default()) {
                Ok(imported) => {
                    read += 1;
                    let rows = imported.frame.rows();
                    assert!(rows > 0, "{name}, seed {seed}: a table without rows");
                    assert!(
                        imported.frame.columns.iter().all(|column| column.values.len() == rows),
                        "{name}, seed {seed}"
                    );
                    assert_eq!(imported.kinds.len(), imported.frame.columns.len(), "{name}, seed {seed}");
                    profile(&stored(imported), None);
                }
                Err(problems) => assert!(problems.stop(), "{name}, seed {seed}: refused without a reason"),
            }
        }
        eprintln!("{name}: {read} of {rounds} damaged forms could still be read");
    }
}
