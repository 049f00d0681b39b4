//! Small tables with a known relation, the same on every run.

use std::fmt::Write;

/// 600 customers: those who pay much and came lately leave.
pub fn customers() -> String {
    let mut text = String::from("customer,age,plan,spend,months,churned\n");
    for row in 0..600u32 {
        let age = 18 + row * 7 % 60;
        let plan = ["basic", "gold", "silver"][(row * 5 % 3) as usize];
        let spend = f64::from(row * 13 % 97) + 0.5;
        let months = row * 11 % 40;
        let leaves = (spend > 45.0 && months < 20) ^ (row % 23 == 0);
        let _ =
            writeln!(text, "c{row:04},{age},{plan},{spend},{months},{}", if leaves { "yes" } else { "no" });
    }
    text
}

/// The recipe for [`customers`], trained in a moment.
pub const CHURN: &str = "name = \"churn\"
network = [
  { kind = \"dense\", units = 16, activation = \"relu\" },
  { kind = \"dropout\", rate = 0.1 },
  { kind = \"output\" },
]
[data]
table = \"customers\"
target = \"churned\"
leave_out = [\"customer\"]
[train]
epochs = 12
batch_size = 16
optimizer = { kind = \"adam\", learning_rate = 0.01 }
";

/// A recipe for generated digits that works long enough to be interrupted.
pub const LONG: &str = "name = \"long\"
network = [
  { kind = \"flatten\" },
  { kind = \"dense\", units = 256, activation = \"relu\" },
  { kind = \"dropout\", rate = 0.2 },
  { kind = \"output\" },
]
[data]
table = \"digits\"
target = \"label\"
[train]
epochs = 30
batch_size = 32
optimizer = { kind = \"adam\", learning_rate = 0.001 }
[augment]
shift = 1
rotate = 5
";
