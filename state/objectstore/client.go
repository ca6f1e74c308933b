package objectstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/kktctl/kktctl/state"
)

const (
	amazon        = "https://s3.amazonaws.com"
	defaultRegion = "us-east-1"
	// callTime bounds one call, with slowestRate for what it carries.
	callTime    = 30 * time.Second
	slowestRate = 256 << 10 // bytes per second
)

// connect makes the client; nothing is called.
func (s *Store) connect(o Options) error {
	getenv := o.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	u, err := url.Parse(cmp.Or(o.Endpoint, amazon))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" {
		return errors.New("the endpoint of an s3 state is https://HOST, without a path")
	}
	s.endpoint, s.clock = u.Host, &serverClock{fixed: o.Clock}
	s.base = &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: o.Dial, ForceAttemptHTTP2: true,
		TLSClientConfig:     &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second, ResponseHeaderTimeout: callTime,
		DisableCompression: true,
	}
	var rt http.RoundTripper = s.base
	if o.Wrap != nil {
		rt = o.Wrap(rt)
	}
	lookup := minio.BucketLookupPath
	if o.Endpoint == "" {
		lookup = minio.BucketLookupAuto
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentialsOf(o, getenv), Secure: u.Scheme == "https", Transport: s.clock.watch(rt),
		Region: cmp.Or(o.Region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), defaultRegion), BucketLookup: lookup,
		// A repeated conditional write meets its own effect: what is tried again
		// is decided here, after reading.
		MaxRetries: 1,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.location, err)
	}
	if name, v, ok := strings.Cut(o.UserAgent, "/"); ok {
		client.SetAppInfo(name, v)
	}
	s.core = minio.Core{Client: client}
	return nil
}

func credentialsOf(o Options, getenv func(string) string) *credentials.Credentials {
	if o.AccessKey != "" || o.SecretKey != "" {
		return credentials.NewStaticV4(o.AccessKey, o.SecretKey, "")
	}
	if id := getenv("AWS_ACCESS_KEY_ID"); id != "" {
		return credentials.NewStaticV4(id, getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN"))
	}
	file, profile := getenv("AWS_SHARED_CREDENTIALS_FILE"), getenv("AWS_PROFILE")
	if home := getenv("HOME"); file == "" && home != "" {
		file = home + "/.aws/credentials"
	}
	return credentials.NewFileAWSCredentials(file, profile)
}

// withTime bounds a call that carries so many bytes.
func withTime(ctx context.Context, size int64) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callTime+time.Duration(size/slowestRate)*time.Second)
}

// condition is what has to be so for a write to happen.
type condition struct {
	absent bool   // no object of the name
	etag   string // the object's ETag
}

func (s *Store) name(n string) string {
	if n == "" {
		return s.key
	}
	return s.key + "." + n
}

// put sends one object, once.
func (s *Store) put(ctx context.Context, name string, data []byte, c condition) (etag string, err error) {
	ctx, cancel := withTime(ctx, int64(len(data)))
	defer cancel()
	opts := minio.PutObjectOptions{ContentType: "application/octet-stream"}
	if c.absent {
		opts.SetMatchETagExcept("*")
	} else {
		opts.SetMatchETag(c.etag)
	}
	info, err := s.core.PutObject(ctx, s.bucket, s.name(name), bytes.NewReader(data), int64(len(data)), "", sum(data), opts)
	if err != nil {
		return "", err
	}
	if info.ETag == "" {
		return "", errors.New("the store gave no ETag")
	}
	return info.ETag, nil
}

// get reads an object whole, again when that fails in passing; nil: there is
// none.
func (s *Store) get(ctx context.Context, name string, limit int64) (data []byte, etag string, err error) {
	for try := 0; ; try++ {
		data, etag, err = s.getOnce(ctx, name, limit)
		if !passing(err) || !s.pause(ctx, try) {
			return data, etag, s.explain("read", name, err)
		}
	}
}

func (s *Store) getOnce(ctx context.Context, name string, limit int64) ([]byte, string, error) {
	ctx, cancel := withTime(ctx, limit)
	defer cancel()
	body, info, _, err := s.core.GetObject(ctx, s.bucket, s.name(name), minio.GetObjectOptions{})
	if status, code := answer(err); status == http.StatusNotFound && code != minio.NoSuchBucket {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return nil, "", err
	case int64(len(data)) > limit:
		return nil, "", fmt.Errorf("%w: it is larger than %d bytes", state.ErrCorrupt, limit)
	case info.Size >= 0 && info.Size != int64(len(data)):
		return nil, "", io.ErrUnexpectedEOF
	case data == nil:
		data = []byte{}
	}
	return data, info.ETag, nil
}

// fetch reads a part and compares it with what the head says of it; nil:
// there is none, as when two generations were begun since the head was read.
func (s *Store) fetch(ctx context.Context, p part) ([]byte, error) {
	if p.Size < 0 || p.Size > state.MaxSnapshot {
		return nil, fmt.Errorf("%s: %w: %s has an impossible size", s.location, state.ErrCorrupt, p.Name)
	}
	data, _, err := s.get(ctx, p.Name, p.Size)
	if err != nil || data == nil {
		return nil, err
	}
	if sum(data) != p.SHA256 {
		return nil, fmt.Errorf("%s: %w: %s is not what was written there", s.location, state.ErrCorrupt, s.name(p.Name))
	}
	return data, nil
}

// store writes a part under a new name, again when that fails in passing: the
// name is its own.
func (s *Store) store(ctx context.Context, kind string, epoch uint64, data []byte) (part, error) {
	p := part{Name: newName(kind, epoch), Size: int64(len(data)), SHA256: sum(data)}
	for try := 0; ; try++ {
		_, err := s.put(ctx, p.Name, data, condition{absent: true})
		if status, _ := answer(err); err == nil || (try > 0 && status == http.StatusPreconditionFailed) {
			return p, nil
		}
		if !passing(err) || !s.pause(ctx, try) {
			return p, s.explain("write", p.Name, err)
		}
	}
}

func (s *Store) remove(ctx context.Context, name string) {
	ctx, cancel := withTime(ctx, 0)
	defer cancel()
	// Best effort: what stays is removed with the next generation.
	_ = s.core.RemoveObject(ctx, s.bucket, s.name(name), minio.RemoveObjectOptions{})
}

// pause waits before the next try; false when there is none.
func (s *Store) pause(ctx context.Context, try int) bool {
	if try >= len(s.pauses) {
		return false
	}
	t := time.NewTimer(s.pauses[try])
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
