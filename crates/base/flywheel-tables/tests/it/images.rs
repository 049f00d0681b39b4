//! Folders of images and zips of them.

use flywheel_spec::table::ImageShape;
use flywheel_tables::frame::Values;
use flywheel_tables::{Format, ImportOptions, Imported, Source, import};

use crate::made::{folder, import_bytes, imported, png, shown, zip};

fn shape(imported: &Imported) -> ImageShape {
    match &imported.frame.columns[0].values {
        Values::Image(images) => images.shape,
        other => panic!("no images but {other:?}"),
    }
}

#[test]
fn one_folder_a_class_and_train_and_test_on_top() {
    let files = [
        ("pets/train/cats/a.png", png(2, 2, [9; 3], true)),
        ("pets/train/dogs/b.png", png(2, 2, [8; 3], true)),
        ("pets/test/cats/c.png", png(2, 2, [7; 3], true)),
        ("pets/test/.DS_Store", vec![1]),
        ("pets/notes.md", vec![1]),
        ("__MACOSX/pets/train/cats/._a.png", vec![1]),
    ];
    let place = folder(&files);
    let from_folder = import(&Source::Path(place.path()), &ImportOptions::default());
    let from_folder = from_folder.unwrap_or_else(|problems| panic!("{problems}"));
    for read in [from_folder, imported("pets.zip", &zip(&files))] {
        assert_eq!(
            shown(&read),
            [
                "image: image = [9, 9, 9, 9] | [8, 8, 8, 8] | [7, 7, 7, 7]",
                "label: category = cats | dogs | cats",
                "part: category = train | train | test"
            ]
        );
        assert_eq!(read.format, Format::ImageFolder);
        assert!(
            read.actions.iter().any(|action| action.en.contains("passed over 1 files")),
            "{:?}",
            read.actions
        );
    }
}

#[test]
fn grey_pictures_stored_in_colour_are_grey_and_one_coloured_picture_makes_all_coloured() {
    let grey = [("a/1.png", png(1, 2, [5; 3], false)), ("b/2.png", png(1, 2, [6; 3], true))];
    assert_eq!(shape(&imported("grey.zip", &zip(&grey))), ImageShape { height: 2, width: 1, channels: 1 });
    let coloured = [("a/1.png", png(1, 1, [5; 3], true)), ("b/2.png", png(1, 1, [6, 7, 8], false))];
    let read = imported("coloured.zip", &zip(&coloured));
    assert_eq!(shown(&read)[0], "image: image = [5, 5, 5] | [6, 7, 8]");
}

#[test]
fn a_table_of_labels_names_the_images_with_or_without_folder_and_ending() {
    let pictures = || vec![("x/1.png", png(1, 1, [1; 3], true)), ("x/2.png", png(1, 1, [2; 3], true))];
    for names in [["2.png", "1.png"], ["x/2.png", "x/1.png"], ["2", "1"]] {
        let mut files = pictures();
        files.push((
            "labels.csv",
            format!("file,breed,age\n{},beagle,3\n{},poodle,4\n", names[0], names[1]).into_bytes(),
        ));
        let read = imported("dogs.zip", &zip(&files));
        let columns =
            ["image: image = [2] | [1]", "breed: category = beagle | poodle", "age: number = 3 | 4"];
        assert_eq!(shown(&read), columns, "{names:?}");
    }
    let place = folder(&[("labels.csv", b"name,breed\n9.png,beagle\n1.png,poodle\n".to_vec())]);
    let options = ImportOptions { labels: Some(place.path().join("labels.csv")), ..ImportOptions::default() };
    let problems = import_bytes("dogs.zip", &zip(&pictures()), &options).expect_err("9.png is not there");
    assert_eq!(
        (problems.problems[0].code.as_str(), problems.problems[0].place.row),
        ("tables.labels_no_image", Some(1))
    );
}

#[test]
fn sizes_that_differ_are_all_listed_with_examples_unless_resizing_is_asked_for() {
    let files = [
        ("a/1.png", png(4, 4, [1; 3], true)),
        ("a/2.png", png(4, 4, [1; 3], true)),
        ("a/3.png", png(5, 4, [1; 3], true)),
        ("b/4.png", png(4, 9, [1; 3], true)),
        ("b/5.png", b"\x89PNG broken".to_vec()),
    ];
    let problems =
        import_bytes("a.zip", &zip(&files), &ImportOptions::default()).expect_err("three mistakes");
    let places: Vec<_> = problems
        .problems
        .iter()
        .map(|problem| (problem.code.as_str(), problem.place.file.as_deref()))
        .collect();
    assert_eq!(
        places,
        [
            ("tables.image_broken", Some("b/5.png")),
            ("tables.image_size", Some("b/4.png")),
            ("tables.image_size", Some("a/3.png"))
        ]
    );
    assert!(problems.problems[2].message.en.contains("5×4 pixels where most are of 4×4"), "{problems}");

    let options = ImportOptions { resize: true, ..ImportOptions::default() };
    let read =
        import_bytes("a.zip", &zip(&files[..4]), &options).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(shape(&read), ImageShape { height: 4, width: 4, channels: 1 });
    assert!(
        read.actions.iter().any(|action| action.en.contains("brought 2 images to 4×4")),
        "{:?}",
        read.actions
    );

    let options = ImportOptions { image_size: Some((3, 2)), ..ImportOptions::default() };
    let read =
        import_bytes("a.zip", &zip(&files[..4]), &options).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(shape(&read), ImageShape { height: 2, width: 3, channels: 1 });
    assert_eq!(read.files, ["a/1.png", "a/2.png", "a/3.png", "b/4.png"]);
}

#[test]
fn a_broken_body_behind_a_good_header_is_named_too() {
    let mut broken = png(8, 8, [200, 10, 10], false);
    broken.truncate(broken.len() - 30);
    let files = [("a/1.png", png(8, 8, [1; 3], true)), ("b/2.png", broken)];
    let problems = import_bytes("a.zip", &zip(&files), &ImportOptions::default()).expect_err("a cut image");
    assert_eq!(
        (problems.problems[0].code.as_str(), problems.problems[0].place.file.as_deref()),
        ("tables.image_broken", Some("b/2.png"))
    );
}
