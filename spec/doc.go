// Package spec is the fleet's vocabulary: the declaration of companies and
// their online cash registers (ККТ, "tills") as YAML says it, decoded with
// positions, completed by defaults and checked without any network.
package spec
