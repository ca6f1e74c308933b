// Package fiscal knows what can be told of Russian fiscal identifiers without
// asking anybody: check digits of ИНН, ОГРН and РНМ, the form of КПП and ФН,
// lifetimes of drives, working days, and when two spellings of an address mean
// the same place.
//
// It knows nobody else in the project.
package fiscal
