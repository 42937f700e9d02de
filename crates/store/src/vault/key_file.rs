//! The master key's file: one line, `<number>:<64 hexadecimal digits>`, for its owner's eyes only.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::cipher;

/// Why the file cannot be used. Names the file, never its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system refused.
    #[error("{} cannot be {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `created`.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than the owner may read or change it.
    #[error("{} is open to others (mode {mode:03o}): run `chmod 600` on it", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Not a key.
    #[error("{} does not hold a master key (one line, a number, a colon, 64 hexadecimal digits)", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
}

/// The key's digits and number; a missing file is made with a new key of `number`.
pub(super) fn read_or_create(path: &Path, number: u32) -> Result<(SecretString, u32), KeyFileError> {
    match create(path, number) {
        Ok(()) => {}
        // It is there: the usual case, and also what happens when two processes start at once.
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => {
            return Err(KeyFileError::Io {
                path: path.to_owned(),
                action: "created",
                source,
            });
        }
    }
    read(path)
}

/// Writes a new key beside `path` and puts it in place whole, so that nobody ever reads half a key.
fn create(path: &Path, number: u32) -> io::Result<()> {
    if path.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let digits = Zeroizing::new(hex::encode(cipher::generate().expose_secret()));
    let line = Zeroizing::new(format!("{number}:{}\n", digits.as_str()));
    let linked = fill(&beside, line.as_bytes()).and_then(|()| fs::hard_link(&beside, path));
    fs::remove_file(&beside)?;
    linked?;
    // The name must be on disk before the first secret is.
    File::open(folder)?.sync_all()
}

fn fill(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The key's digits and number.
pub(super) fn read(path: &Path) -> Result<(SecretString, u32), KeyFileError> {
    let io = |source| KeyFileError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    };
    let mut file = File::open(path).map_err(io)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().map_err(io)?.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::OpenToOthers {
                path: path.to_owned(),
                mode,
            });
        }
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(io)?;
    let format = || KeyFileError::Format { path: path.to_owned() };
    let (id, digits) = text.trim().split_once(':').ok_or_else(format)?;
    let well_formed = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let id = id.parse().ok().filter(|_| well_formed).ok_or_else(format)?;
    Ok((SecretString::from(digits), id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_key_and_the_next_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        let (first, id) = read_or_create(&path, 1).unwrap();
        let (again, _) = read_or_create(&path, 1).unwrap();
        assert_eq!((first.expose_secret(), id), (again.expose_secret(), 1));
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        read_or_create(&path, 1).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = read_or_create(&path, 1).unwrap_err();
        assert!(matches!(error, KeyFileError::OpenToOthers { mode: 0o640, .. }));
        assert!(error.to_string().contains("chmod 600"));
    }

    #[test]
    fn what_is_not_a_key_is_refused_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fill(&path, b"1:not-a-secret").unwrap();
        let error = read_or_create(&path, 1).unwrap_err();
        assert!(matches!(error, KeyFileError::Format { .. }));
        assert!(!format!("{error:?}").contains("not-a-secret"));
    }
}
