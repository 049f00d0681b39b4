//! IDX files: plain and gzip, alone, in a folder and in a zip, whole and broken.

use flywheel_tables::{Format, ImportOptions, Source, import};

use crate::made::{folder, gzip, idx, idx_images, idx_labels, import_bytes, imported, shown, zip};

fn mnist(gzipped: bool) -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
    ];
    let gz = [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ];
    let contents = [idx_images(2), idx_labels(2), idx_images(3), idx_labels(3)];
    let contents = contents.into_iter().map(|content| if gzipped { gzip(&content) } else { content });
    if gzipped { gz.into_iter().zip(contents).collect() } else { names.into_iter().zip(contents).collect() }
}

const COLUMNS: [&str; 3] = [
    "image: image = [0, 0, 0, 0, 0, 0] | [1, 1, 1, 1, 1, 1] | [2, 2, 2, 2, 2, 2] | [0, 0, 0, 0, 0, 0] | [1, 1, 1, 1, 1, 1]",
    "label: category = 0 | 1 | 2 | 0 | 1",
    "part: category = train | train | train | test | test",
];

#[test]
fn a_folder_a_zip_and_any_one_of_the_four_files_give_the_whole_set() {
    for gzipped in [false, true] {
        let files = mnist(gzipped);
        let place = folder(&files);
        let mut paths = vec![place.path().to_owned()];
        paths.extend(files.iter().map(|(name, _)| place.path().join(name)));
        for path in paths {
            let read = import(&Source::Path(&path), &ImportOptions::default());
            let read = read.unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
            assert_eq!(shown(&read), COLUMNS, "{}", path.display());
            assert_eq!(read.format, Format::Idx);
            assert!(read.warnings.is_empty(), "{:?}", read.warnings);
        }
        assert_eq!(shown(&imported("digits.zip", &zip(&files))), COLUMNS);
    }
}

#[test]
fn the_plain_form_counts_where_the_gzip_lies_beside_it() {
    let mut files = mnist(false);
    files.extend(mnist(true));
    let place = folder(&files);
    for path in [place.path().to_owned(), place.path().join("train-images-idx3-ubyte.gz")] {
        let read = import(&Source::Path(&path), &ImportOptions::default());
        assert_eq!(
            shown(&read.unwrap_or_else(|problems| panic!("{problems}"))),
            COLUMNS,
            "{}",
            path.display()
        );
    }
}

#[test]
fn images_without_labels_are_read_with_a_warning() {
    let read = imported("train-images-idx3-ubyte", &idx_images(2));
    assert_eq!(read.frame.columns.len(), 1);
    assert_eq!(read.warnings[0].code, "tables.idx_no_labels");
}

#[test]
fn every_way_of_being_broken_is_named_with_its_bytes() {
    let images = idx_images(3);
    let wrong_type = [&[0, 0, 0x0D][..], &images[3..]].concat();
    let too_large = idx(&[4_000_000_000, 4_000_000_000, 1000], &[1, 2, 3]);
    let cases: [(&str, &str, Vec<u8>, &str, &str); 11] = [
        (
            "cut in the second image",
            "train-images-idx3-ubyte",
            images[..24].to_vec(),
            "tables.idx_truncated",
            "byte 24 of 34, in item 2 of 3",
        ),
        (
            "cut gzip",
            "train-images-idx3-ubyte.gz",
            gzip(&images)[..20].to_vec(),
            "tables.idx_truncated",
            "of 34",
        ),
        (
            "cut in the header",
            "train-images-idx3-ubyte",
            images[..9].to_vec(),
            "tables.idx_short_header",
            "9 bytes in all",
        ),
        (
            "too long",
            "train-images-idx3-ubyte",
            [&images[..], &[9]].concat(),
            "tables.idx_too_long",
            "file has 35",
        ),
        (
            "another magic",
            "train-images-idx3-ubyte",
            b"<html>no</html>".to_vec(),
            "tables.idx_magic",
            "3c 68 74 6d",
        ),
        ("floats", "train-images-idx3-ubyte", wrong_type, "tables.idx_type", "type `0d`"),
        (
            "labels under the name of images",
            "train-images-idx3-ubyte",
            idx_labels(3),
            "tables.idx_mixed_up",
            "magic 2049",
        ),
        (
            "images under the name of labels",
            "train-labels-idx1-ubyte",
            idx_images(3),
            "tables.idx_mixed_up",
            "magic 2051",
        ),
        (
            "impossible sizes",
            "train-images-idx3-ubyte",
            too_large,
            "tables.idx_sizes",
            "4000000000×4000000000",
        ),
        ("no rows", "train-images-idx3-ubyte", idx(&[0, 3, 2], &[]), "tables.idx_sizes", "0×3×2"),
        ("empty", "train-images-idx3-ubyte", Vec::new(), "tables.idx_short_header", "0 bytes"),
    ];
    for (case, name, bytes, code, words) in cases {
        let problems = import_bytes(name, &bytes, &ImportOptions::default()).expect_err(case);
        let found = problems.problems.iter().find(|problem| problem.code == code);
        let found = found.unwrap_or_else(|| panic!("{case}: {problems}"));
        assert!(found.message.en.contains(words), "{case}: {}", found.message);
        assert!(found.advice.is_some() && found.place.file.as_deref() == Some(name), "{case}");
    }
}

#[test]
fn a_header_that_claims_four_gigabytes_costs_no_memory() {
    let claims = idx(&[70_000, 250, 250], &[7; 100]);
    let problems = import_bytes("train-images-idx3-ubyte.gz", &gzip(&claims), &ImportOptions::default());
    let problems = problems.expect_err("truncated");
    assert!(problems.problems.iter().any(|problem| problem.code == "tables.idx_truncated"), "{problems}");
}

#[test]
fn all_mistakes_of_all_files_come_at_once() {
    let mut files = mnist(false);
    files[0].1.truncate(20);
    files[3].1 = idx_labels(4);
    let problems =
        import(&Source::Path(folder(&files).path()), &ImportOptions::default()).expect_err("two mistakes");
    let codes: Vec<&str> = problems.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["tables.idx_counts", "tables.idx_truncated"]);
    assert!(problems.problems[0].message.en.contains("3 images but 4 labels"), "{problems}");
}
