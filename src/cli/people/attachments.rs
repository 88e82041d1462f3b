//! Attachments as files in a folder, with a list that tells whose they are and what their hashes must be.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use model::CaseId;
use world::{Attachments, Bytes, People};

use super::sinks::could_not_write;
use crate::args::PeopleArgs;
use crate::exit::Failure;

/// The list beside the files.
const LIST: &str = "attachments.csv";

/// Writes the attachments of the first people.
pub(crate) fn write(args: &PeopleArgs, people: &People, count: u32, folder: &Path) -> Result<(), Failure> {
    let bytes = if args.same_bytes { Bytes::Same } else { Bytes::Own };
    let attachments = Attachments::new(people.seed(), bytes);
    std::fs::create_dir_all(folder).map_err(|error| could_not_write(folder, &error))?;
    let list_path = folder.join(LIST);
    let mut list = create(&list_path)?;
    let mut line = |text: &str| list.write_all(text.as_bytes()).map_err(|error| could_not_write(&list_path, &error));
    line("person,document,file_name,media_type,size,sha256\r\n")?;
    for case in (0..count).map(CaseId) {
        let part = people.part_of(case);
        let person = part.population.identity(part.own(case)).person;
        for document in 0..attachments.count(person) {
            let attachment = attachments.of(person, document);
            let path = folder.join(&attachment.file_name);
            let mut file = create(&path)?;
            let hash = attachment.write(&mut file).and_then(|hash| file.flush().map(|()| hash));
            let hash = hexadecimal(hash.map_err(|error| could_not_write(&path, &error))?);
            let (name, media) = (&attachment.file_name, attachment.media.as_str());
            line(&format!("{person},{},{name},{media},{},{hash}\r\n", document + 1, attachment.size))?;
        }
    }
    list.flush().map_err(|error| could_not_write(&list_path, &error))
}

fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    File::create(path).map(BufWriter::new).map_err(|error| could_not_write(path, &error))
}

fn hexadecimal(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _infallible: std::fmt::Result = write!(text, "{byte:02x}");
        text
    })
}
