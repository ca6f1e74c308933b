// Package checkonline prints receipts on cloud tills through Ferma CheckOnline
// (document 002). It is opened by a client certificate.
//
// The service prints a receipt once for a RequestID: after an answer that was
// lost, or an error, the same receipt is sent again under the same RequestID
// and never under another. What an error says of the receipt is its Outcome;
// see OutcomeOf.
package checkonline
