//! Adapters from the outside: what is written into requests, what is read out of answers, and what is said of files
//! that are wrong.

#[cfg(test)]
mod portal {
    pub(crate) mod scene;

    mod bounds;
    mod head;
    mod mistakes;
    mod reading;
    mod understanding;
    mod writing;
}
