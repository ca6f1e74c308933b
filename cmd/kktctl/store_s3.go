package main

import (
	"fmt"

	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/objectstore"
)

// openS3Store opens a state at s3://.
func openS3Store(access stateAccess) (state.Store, error) {
	bucket, key, err := objectstore.Parse(access.Parsed)
	if err != nil {
		return nil, diag.Diagnostic{Summary: fmt.Sprintf("the state %s: %s", access.URL, err)}
	}
	return objectstore.New(objectstore.Options{
		Bucket: bucket, Key: key, Endpoint: access.Endpoint, Region: access.Region,
		AccessKey: access.Username, SecretKey: access.Password, Getenv: access.Env,
		Term: access.Lease, Roots: access.Roots, UserAgent: access.UserAgent, Dial: access.Dial, Codec: access.Codec,
	})
}
