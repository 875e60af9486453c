//! Where the files of components are while a server runs, and after.

use std::{fs, path::Path};

use crate::support::program::{Running, probe};

/// The folders of copies that there are in a state folder.
fn copies(state: &Path) -> usize {
    let entries = fs::read_dir(state.join("files"))
        .unwrap()
        .map(Result::unwrap);
    entries.filter(|entry| entry.path().is_dir()).count()
}

fn assert_has_its_files(running: &Running) {
    let answer = running.get("/read?/mounted/probe/Cargo.toml");
    assert!(answer.ends_with("\nread"), "{answer}");
}

#[test]
fn servers_that_share_a_state_folder_leave_the_files_of_one_another_alone() {
    let state = tempfile::tempdir().unwrap();
    let one = Running::start(&mut probe(state.path()));
    let other = Running::start(&mut probe(state.path()));
    assert_eq!(copies(state.path()), 2);
    for running in [&one, &other] {
        assert_has_its_files(running);
    }
    // Killed, so it can clear nothing away.
    drop(one);
    assert_eq!(copies(state.path()), 2);
    let next = Running::start(&mut probe(state.path()));
    assert_eq!(copies(state.path()), 2);
    for running in [other, next] {
        assert_has_its_files(&running);
        running.stop();
    }
    assert_eq!(copies(state.path()), 0);
}
