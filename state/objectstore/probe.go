package objectstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// errUnconditional: the store does not do what everything here rests on.
var errUnconditional = errors.New("this store does not honour conditional writes (If-None-Match, If-Match): two runs could overwrite each other's state")

// probe finds out whether the store honours conditions, on an object of its
// own that is removed again. The head remembers that it did.
func (s *Store) probe(ctx context.Context) error {
	name := newName("probe", 0)
	defer s.remove(context.WithoutCancel(ctx), name)
	etag, err := s.put(ctx, name, []byte("1"), condition{absent: true})
	if err != nil {
		return s.unprobed(name, err)
	}
	for _, c := range []condition{{absent: true}, {etag: wrongETag(etag)}} {
		_, err := s.put(ctx, name, []byte("2"), c)
		if err == nil {
			return s.refuse()
		}
		if status, _ := answer(err); status != http.StatusPreconditionFailed {
			return s.unprobed(name, err)
		}
	}
	if _, err := s.put(ctx, name, []byte("3"), condition{etag: etag}); err != nil {
		return s.unprobed(name, err)
	}
	return nil
}

// unprobed tells of a call of the probe that failed in itself. A store that
// does not know the headers may say so.
func (s *Store) unprobed(name string, err error) error {
	if status, code := answer(err); status == http.StatusNotImplemented || code == "NotImplemented" || code == "InvalidArgument" {
		return s.refuse()
	}
	return s.explain("write", name, err)
}

func (s *Store) refuse() error {
	return fmt.Errorf("%s at %s: %w\nhint: use a store that does (Amazon S3, MinIO, Ceph since Squid), or keep the state in PostgreSQL, over HTTP or in a file", s.location, s.endpoint, errUnconditional)
}

// wrongETag is another one of the same form.
func wrongETag(etag string) string {
	wrong := []byte(etag)
	for i := range wrong {
		switch c := wrong[i]; {
		case c == '0':
			wrong[i] = '1'
		case c >= '1' && c <= '9', c >= 'a' && c <= 'f':
			wrong[i] = '0'
		}
	}
	return string(wrong)
}
