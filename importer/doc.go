// Package importer makes a declaration of tills that are there already: it
// finds the live tills that a fleet file does not have (New), and writes them
// into its text without touching what stands there (Document.Insert).
//
// It is pure: what was read of the service, of the state and of a list of
// tills goes in, text comes out. The same input gives the same bytes.
//
// A file is never encoded anew. Its YAML tree says where an entry goes, and
// the entry is put into the text there, in the manner of the file: its
// indentation, its line ends, its flow or block style. What was made is parsed
// once more and compared, so that a file written in a way that this package
// does not see through is refused rather than damaged.
package importer
