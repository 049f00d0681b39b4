//! Models: their versions, their bundles, what answers.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flywheel_learn::bundle::{self, Exported};
use flywheel_spec::model::{DeploymentReport, ModelDetail, ModelSummary, VersionSummary};
use flywheel_spec::{Problem, phrase};

use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// What came of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelExport {
    /// The version that was taken.
    pub version: u64,
    /// What could not be said in one of the bundle's forms.
    pub findings: Vec<Problem>,
}

impl Workbench {
    /// Every model, by name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn models(&self) -> Result<Vec<ModelSummary>, Failure> {
        let deployed = self.ledger().deployed().await?;
        let mut models = Vec::new();
        for name in self.ledger().model_names().await? {
            let answering = deployed.get(&name).copied();
            let versions = self.ledger().versions(&name, answering).await?;
            models.push(ModelSummary { name, versions, deployed: answering });
        }
        Ok(models)
    }

    /// A version in full; the one that answers, else the newest, when none is named.
    ///
    /// # Errors
    /// When there is no such model or version, or its bundle is damaged.
    pub async fn model(&self, name: &str, version: Option<u64>) -> Result<ModelDetail, Failure> {
        let (model, found) = self.version(name, version).await?;
        let bundle = self.bundle(name, found.version).await?;
        Ok(ModelDetail {
            model,
            version: found.version,
            signature: bundle.signature,
            card_en: bundle.card_en,
            card_zh: bundle.card_zh,
            recipe: bundle.recipe,
            deployments: self.ledger().deployments(name).await?,
        })
    }

    /// Lets a version answer from now on, in every server of the project; the newest when none is named.
    ///
    /// # Errors
    /// When there is no such version, or its bundle cannot answer.
    pub async fn deploy(&self, name: &str, version: Option<u64>) -> Result<DeploymentReport, Failure> {
        let model = self.known_model(name).await?;
        let version = version.or_else(|| model.versions.first().map(|newest| newest.version));
        let (_, found) = self.version(name, version).await?;
        // A damaged bundle is refused here, not found out by whoever asks it first.
        self.bundle(name, found.version).await?;
        self.ledger().deploy(name, found.version).await
    }

    /// Lets the version that answered before answer again.
    ///
    /// # Errors
    /// When there is none, or its bundle cannot answer.
    pub async fn rollback(&self, name: &str) -> Result<DeploymentReport, Failure> {
        self.known_model(name).await?;
        // Again where another process deploys or rolls back between the look and the word.
        while let Some(before) = self.ledger().before(name).await? {
            self.bundle(name, before).await?;
            if let Some(report) = self.ledger().roll_back(name, before).await? {
                return Ok(report);
            }
        }
        let problem = Problem::error(phrase!("workbench.nothing_before", name = name));
        Err(Failure::Conflict(problem.advise(phrase!("workbench.nothing_before_advice", name = name))))
    }

    /// Writes a version's bundle, and the model as ONNX, into a new folder, or a new zip when the path ends so.
    ///
    /// # Errors
    /// When there is no such version, its bundle is damaged, the path is there already, or it cannot be written.
    pub async fn export(&self, name: &str, version: Option<u64>, to: &Path) -> Result<ModelExport, Failure> {
        let (_, found) = self.version(name, version).await?;
        if to.exists() {
            let problem = Problem::error(phrase!("workbench.there_already", path = to.display()));
            return Err(Failure::Conflict(problem.advise(phrase!("workbench.there_already_advice"))));
        }
        let Exported { files, findings } = self.exported(name, found.version).await?;
        if to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
            let within = within(name, found.version);
            file::write(to, &blocking(move || zipped(&files, &within)).await??)?;
        } else {
            let target = to.to_owned();
            blocking(move || write_folder(&files, &target)).await??;
        }
        Ok(ModelExport { version: found.version, findings })
    }

    /// A version's bundle, and the model as ONNX where it has that form, as a zip.
    ///
    /// # Errors
    /// When there is no such version, or its bundle is damaged.
    pub async fn export_zip(&self, name: &str, version: u64) -> Result<Vec<u8>, Failure> {
        self.version(name, Some(version)).await?;
        let Exported { files, .. } = self.exported(name, version).await?;
        let within = within(name, version);
        blocking(move || zipped(&files, &within)).await?
    }

    async fn exported(&self, name: &str, version: u64) -> Result<Exported, Failure> {
        let folder = self.bundle_folder(name, version);
        Ok(blocking(move || bundle::export(&folder)).await??)
    }

    /// Where a version's bundle stands.
    pub fn bundle_folder(&self, name: &str, version: u64) -> PathBuf {
        self.folder().bundle(name, version)
    }

    /// A model and one of its versions; the one that answers, else the newest, when none is named.
    pub(crate) async fn version(
        &self,
        name: &str,
        version: Option<u64>,
    ) -> Result<(ModelSummary, VersionSummary), Failure> {
        let model = self.known_model(name).await?;
        let wanted =
            version.or(model.deployed).or_else(|| model.versions.first().map(|newest| newest.version));
        match model.versions.iter().find(|candidate| Some(candidate.version) == wanted).cloned() {
            Some(found) => Ok((model, found)),
            None => {
                let versions: Vec<String> =
                    model.versions.iter().map(|known| known.version.to_string()).collect();
                let message =
                    phrase!("workbench.no_version", name = name, version = version.unwrap_or_default());
                let advice = phrase!("workbench.versions_are", versions = versions.join(", "));
                Err(Failure::NotFound(Problem::error(message).advise(advice)))
            }
        }
    }

    async fn known_model(&self, name: &str) -> Result<ModelSummary, Failure> {
        let models = self.models().await?;
        let known: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
        let found = models.into_iter().find(|model| model.name == name);
        found.ok_or_else(|| Failure::not_found(phrase!("workbench.no_model", name = name), &known, name))
    }
}

/// The folder inside a zip.
fn within(name: &str, version: u64) -> String {
    format!("{name}-{version}")
}

/// Written beside the target, brought to the disk and renamed, so that it is there in full or not at all.
fn write_folder(files: &BTreeMap<String, Vec<u8>>, to: &Path) -> Result<(), Failure> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| Failure::io(&path, &error)
    };
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(io(parent))?;
    let staged = tempfile::Builder::new().prefix(".export-").tempdir_in(parent).map_err(io(parent))?;
    for (name, content) in files {
        file::write(&staged.path().join(name), content)?;
    }
    file::readable_folder(staged.path()).map_err(io(to))?;
    fs::rename(staged.path(), to).map_err(io(to))?;
    // It has moved: there is nothing left to remove.
    let _ = staged.keep();
    fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(io(parent))
}

fn zipped(files: &BTreeMap<String, Vec<u8>>, within: &str) -> Result<Vec<u8>, Failure> {
    let broken = |error: zip::result::ZipError| Failure::broken("zip", error);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(format!("{within}/{name}"), options).map_err(broken)?;
        writer.write_all(content).map_err(|error| Failure::broken("zip", error))?;
    }
    Ok(writer.finish().map_err(broken)?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn an_exported_folder_is_whole_and_everyone_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("srv/models/digits");
        let names = ["weights.safetensors", "recipe.toml"];
        let files = names.map(|name| (name.to_owned(), name.as_bytes().to_vec()));
        write_folder(&BTreeMap::from(files), &to).expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&to), 0o755);
        for name in names {
            assert_eq!(fs::read_to_string(to.join(name)).expect("read"), name);
            assert_eq!(mode(&to.join(name)), 0o644);
        }
        let beside = fs::read_dir(folder.path().join("srv/models")).expect("listed").count();
        assert_eq!(beside, 1, "something is left beside it");
    }
}
