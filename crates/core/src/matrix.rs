//! The scope-by-resource matrix: what the page draws, computed without a page.
