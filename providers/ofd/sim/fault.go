package sim

// The moments of a fault.
const (
	Before = "before" // the effect does not happen
	After  = "after"  // the effect happens, the answer is spoilt
)

// The kinds of faults.
const (
	FaultRefuse    = "refuse-connection" // closed before the body is read; always before the effect
	FaultReset     = "reset"             // TCP reset instead of an answer
	FaultEOF       = "eof"               // closed instead of an answer
	FaultTimeout   = "timeout"           // no answer until the client goes away or Close
	FaultTruncate  = "truncate"          // half of the answer
	FaultGarbage   = "garbage"           // 200 with what is not JSON
	FaultHTML200   = "html200"           // 200 with a page for people
	FaultEmpty200  = "empty200"          // 200 with nothing
	FaultStatus    = "status"            // Status, with RetryAfter
	FaultRedirect  = "redirect"          // 307 to Location, or Status
	FaultWrongID   = "wrong-id"          // the answer has another Id
	FaultStaleRead = "stale-read"        // GETs show the world as it was when the fault was put
	FaultGzipBomb  = "gzip-bomb"         // 200 with few bytes that unpack to a gigabyte
	FaultEndless   = "endless"           // 200 with JSON that never ends
	FaultSlowHead  = "slow-header"       // the header comes byte by byte, until the client goes away or Close
)

// Fault spoils calls.
type Fault struct {
	// Path is a pattern of the path: a regular expression when it begins with
	// ^, else text in which * stands for anything; empty matches every path.
	// Letter case and a slash at the end do not matter.
	Path   string `json:"path,omitempty"`
	Method string `json:"method,omitempty"` // empty matches every method
	// When is Before or After. The default is Before, but After for the kinds
	// that spoil an answer of the service: truncate and wrong-id.
	When       string `json:"when,omitempty"`
	Kind       string `json:"kind"`
	Status     int    `json:"status,omitempty"`
	RetryAfter int    `json:"retryAfter,omitempty"` // seconds
	Location   string `json:"location,omitempty"`
	Times      int    `json:"times,omitempty"` // default 1; negative means always
	Skip       int    `json:"skip,omitempty"`  // matching calls that are let through first
}

// Fault puts a fault on the calls to come. Faults are tried in the order in
// which they were put.
func (s *Service) Fault(f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	active, err := s.prepareFault(f)
	if err != nil {
		return err
	}
	s.faults = append(s.faults, active)
	return nil
}

// ClearFaults takes all faults away.
func (s *Service) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}
