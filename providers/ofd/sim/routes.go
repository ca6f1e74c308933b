package sim

// Route is one call that the simulated service serves.
type Route struct {
	Method  string // such as POST
	Pattern string // path in lower case, without slashes at its ends; * is one element
}

// Routes names every call that is served, in the order in which they are tried.
func Routes() []Route {
	var all []Route
	for _, r := range routes() {
		all = append(all, Route{Method: r.method, Pattern: r.pattern})
	}
	return all
}
