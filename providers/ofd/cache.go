package ofd

import (
	"context"
	"sync"
	"time"
)

// memo keeps the last reading of a list. Callers say how fresh it has to be;
// those that come while it is read wait and share the answer, so that a list
// that serves many tills is read once for all of them.
type memo[T any] struct {
	mu  sync.Mutex
	at  time.Time // when the reading began
	val T
}

// get returns a reading that began at notBefore or later.
func (m *memo[T]) get(ctx context.Context, now func() time.Time, notBefore time.Time, read func(context.Context) (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.at.IsZero() && !m.at.Before(notBefore) {
		return m.val, nil
	}
	at := now()
	v, err := read(ctx)
	if err != nil {
		return v, err
	}
	m.at, m.val = at, v
	return v, nil
}

// put stores an answer that came with another call.
func (m *memo[T]) put(at time.Time, v T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(m.at) {
		m.at, m.val = at, v
	}
}

// memos is a memo for each key.
type memos[T any] struct {
	mu sync.Mutex
	by map[string]*memo[T]
}

func (m *memos[T]) of(key string) *memo[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[string]*memo[T]{}
	}
	e := m.by[key]
	if e == nil {
		e = &memo[T]{}
		m.by[key] = e
	}
	return e
}
