//! How fast the startup speaks: prints messages, seconds, and a few of the texts.

use std::time::Instant;

use flywheel_sample::startup::Startup;

fn main() {
    let startup = Startup { people: 100_000, ..Startup::default() };
    let begun = Instant::now();
    let mut messages = 0;
    for number in 0..startup.people {
        let spoken = startup.spoken(number);
        if number % 2_000 == 0 {
            for said in &spoken {
                println!("{:?} {:?} {:?}", said.label.kind, said.label.problems, said.event.properties);
            }
        }
        messages += spoken.len();
    }
    println!("{messages} messages of {} people in {:.1} s", startup.people, begun.elapsed().as_secs_f64());
}
