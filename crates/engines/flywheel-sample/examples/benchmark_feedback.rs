//! How fast the startup speaks: prints messages, seconds, a few of the texts, and what was planted.

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
    for seed in 0..3 {
        let truth = Startup { seed, ..Startup::default() }.truth();
        println!("seed {seed}: {} messages", truth.messages.len());
        for problem in truth.problems.iter().chain(&truth.decoys) {
            println!(
                "  {:16} {:?} {:8} reach {:4} spoke {:4} messages {:4} pain {:.2} value {:7.1} gain {}",
                problem.id,
                problem.kind,
                problem.trend,
                problem.reach,
                problem.spoke,
                problem.messages.len(),
                problem.pain,
                problem.value,
                problem.gain
            );
        }
    }
}
