//! Examples as the first layer reads them: bytes become numbers here and nowhere before.

use crate::examples::{Inputs, SparseRows};

use super::cpu::for_each_level;
use super::disjoint::Disjoint;
use super::network::Network;
use super::pass::{Machine, Workspace};
use super::pool::OPERATIONS_A_NUMBER;
use super::product::even_part;

/// Tasks that the rows are shared out in.
const TASKS: usize = 8;

impl Workspace {
    /// Writes the chosen examples into the first field; `augmented` holds pixels of the chosen images in their order.
    pub fn load(
        &mut self,
        machine: Machine,
        network: &Network,
        inputs: &Inputs,
        chosen: &[u32],
        augmented: Option<&[u8]>,
    ) {
        if let Inputs::Sparse(rows) = inputs
            && network.multiplies_first()
        {
            self.sparse.get_or_insert_default().read(rows, chosen);
            return;
        }
        self.sparse = None;
        let room = self.rows();
        let field = &mut self.fields[0];
        field.make_room(room);
        let (extent, spacing) = (field.extent, field.spacing);
        let data = Disjoint::new(&mut field.data);
        let each_row = |read: &(dyn Fn(usize, &mut [f32]) + Sync)| {
            let tasks = TASKS.min(chosen.len());
            machine.pool.run(tasks, chosen.len() * extent.span() * OPERATIONS_A_NUMBER, |_, task| {
                for row in even_part(chosen.len(), tasks, task) {
                    // SAFETY: a row is one task's.
                    read(row, unsafe { data.part(row * spacing..row * spacing + extent.span()) });
                }
            });
        };
        match inputs {
            Inputs::Images { pixels, positions, scale, shift, .. } => {
                let len = extent.features();
                each_row(&|row, to| {
                    let image = match augmented {
                        Some(augmented) => &augmented[row * len..][..len],
                        None => &pixels[positions[chosen[row] as usize] as usize * len..][..len],
                    };
                    let pixels = image.chunks_exact(len / extent.parts().count());
                    for (part, from) in extent.parts().zip(pixels) {
                        from_bytes(machine.level, from, *scale, *shift, &mut to[part]);
                    }
                });
            }
            Inputs::Rows { width, numbers, embedded, categories } => {
                each_row(&|row, to| {
                    let example = chosen[row] as usize;
                    to[..*width].copy_from_slice(&numbers[example * width..][..*width]);
                    embed(network, &categories[example * embedded..][..*embedded], to);
                });
                self.keep_categories(categories, *embedded, chosen);
            }
            Inputs::Sparse(rows) => {
                let SparseRows { width, embedded, categories, .. } = rows;
                each_row(&|row, to| {
                    let example = chosen[row] as usize;
                    rows.write(example, &mut to[..*width]);
                    embed(network, &categories[example * embedded..][..*embedded], to);
                });
                self.keep_categories(categories, *embedded, chosen);
            }
        }
    }
}

impl Workspace {
    /// Remembers which vectors were read, for their gradients.
    fn keep_categories(&mut self, categories: &[u32], embedded: usize, chosen: &[u32]) {
        self.categories.clear();
        for &example in chosen {
            self.categories.extend_from_slice(&categories[example as usize * embedded..][..embedded]);
        }
    }
}

/// Writes the vectors of one row's categories behind its numbers.
fn embed(network: &Network, categories: &[u32], to: &mut [f32]) {
    for (embedding, &category) in network.embeddings.iter().zip(categories) {
        let vector = &network.parameters[embedding.parameter].values[category as usize * embedding.width..];
        to[embedding.start..][..embedding.width].copy_from_slice(&vector[..embedding.width]);
    }
}

for_each_level! {
    fn from_bytes(bytes: &[u8], scale: f32, shift: f32, to: &mut [f32]) {
        to.iter_mut().zip(bytes).for_each(|(x, &byte)| *x = f32::from(byte) * scale + shift);
    }
}
