//! Rows by true and answered class, which every count metric is made of.

use super::answers::ClassAnswers;

/// The confusion matrix with its sums.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    /// Rows by true class (first index) and answered class.
    pub cells: Vec<Vec<u64>>,
    /// Rows truly of each class.
    pub true_rows: Vec<u64>,
    /// Rows answered as each class.
    pub answered_rows: Vec<u64>,
}

impl Confusion {
    /// Counts.
    pub fn of(answers: &ClassAnswers) -> Self {
        let mut cells = vec![vec![0; answers.classes]; answers.classes];
        for (&truth, &predicted) in answers.truths.iter().zip(&answers.predicted) {
            cells[truth as usize][predicted as usize] += 1;
        }
        let true_rows = cells.iter().map(|row| row.iter().sum()).collect();
        let answered_rows =
            (0..answers.classes).map(|class| cells.iter().map(|row| row[class]).sum()).collect();
        Self { cells, true_rows, answered_rows }
    }

    /// Rows of a class that were answered as it.
    pub fn hits(&self, class: usize) -> u64 {
        self.cells[class][class]
    }

    /// Classes that occur among truths or answers; a macro mean is over these, as in scikit-learn.
    pub fn occurring(&self) -> Vec<usize> {
        (0..self.cells.len()).filter(|&class| self.true_rows[class] + self.answered_rows[class] > 0).collect()
    }

    /// The class that this one is most often mistaken for, with the rows.
    pub fn most_mistaken_for(&self, class: usize) -> Option<(usize, u64)> {
        let row = self.cells[class].iter().copied().enumerate();
        row.filter(|&(other, count)| other != class && count > 0)
            .max_by_key(|&(other, count)| (count, std::cmp::Reverse(other)))
    }
}
