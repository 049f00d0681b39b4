//! Triton's classification extension: the likeliest classes as texts, in place of all the probabilities.

use super::tensor::{Datatype, Tensor, Values};

/// `value:index:label` of the `count` likeliest classes of each row, likeliest first; equals stay in the labels' order.
pub fn classification(name: &str, probabilities: &[f64], labels: &[String], count: usize) -> Tensor {
    let count = count.min(labels.len());
    let rows = probabilities.len().checked_div(labels.len()).unwrap_or(0);
    let texts = probabilities
        .chunks_exact(labels.len().max(1))
        .flat_map(|row| likeliest(row, labels, count))
        .collect();
    Tensor {
        name: name.to_owned(),
        datatype: Datatype::Bytes,
        shape: vec![rows, count],
        values: Values::Texts(texts),
    }
}

fn likeliest(row: &[f64], labels: &[String], count: usize) -> Vec<String> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
    order
        .into_iter()
        .take(count)
        .map(|index| format!("{:.6}:{index}:{}", row[index], labels[index]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_come_first_in_every_row() {
        let labels = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let tensor = classification("probabilities", &[0.2, 0.5, 0.3, 0.4, 0.2, 0.4], &labels, 2);
        assert_eq!(tensor.shape, [2, 2]);
        let texts = ["0.500000:1:b", "0.300000:2:c", "0.400000:0:a", "0.400000:2:c"].map(str::to_owned);
        assert_eq!(tensor.values, Values::Texts(texts.into()));
        assert_eq!(classification("p", &[0.2, 0.5, 0.3], &labels, 9).shape, [1, 3], "no more than there are");
    }
}
