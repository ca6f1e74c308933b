package spec

import "testing"

// What is neither a URL nor a path that a person would choose is refused: it
// may hold a password, and a path is shown.
func TestCheckStateURLWithoutScheme(t *testing.T) {
	for location, good := range map[string]bool{
		"sever.kktstate": true, "states/a b.kktstate": true, `C:\states\a@b.kktstate`: true, "./a:b@c": true, "../x:y@z": true,
		"/srv/2026-11-22T10:00@host": true, "anna@host.kktstate": true, "a:b.kktstate": true, "compass=1.kktstate": true,
		"tf:pw@127.0.0.1:17080/s/ph": false, "//tf:pw@host/s": false, "https:/tf:pw@host/s": false, "postgres:tf:p/w@host": false,
		"host=127.0.0.1 user=kkt password=pw": false, "host=db dbname=kkt": false, "PASSWORD='pw' host=db": false,
		"x passfile=pw": false, "sslpassword = pw": false, "tf+x://tf:pw@host/s": false, "tf://tf@host/s": false,
	} {
		if err := CheckStateURL(location); (err == nil) != good {
			t.Errorf("%q: %v", location, err)
		}
	}
}
