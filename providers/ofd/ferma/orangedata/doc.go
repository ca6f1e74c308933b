// Package orangedata sends receipts to cloud tills through Ferma's Orange Data
// service (document 003): receipts, corrections of the fiscal format 1.05, and
// their statuses.
//
// A request is authorised by the client's certificate and signed in the header
// X-Signature. Nothing is printed twice: the service knows a receipt by its id,
// so that an unknown outcome is settled by sending the same once more.
package orangedata
