package httpapi

import (
	"context"
	"errors"
	"math"

	"golang.org/x/time/rate"
)

// Pacer spaces calls evenly. It can be shared between clients.
type Pacer struct {
	limiter *rate.Limiter
}

// NewPacer makes a Pacer of so many calls a second; 0 means unlimited.
func NewPacer(perSecond float64) (*Pacer, error) {
	if math.IsNaN(perSecond) || math.IsInf(perSecond, 0) || perSecond < 0 {
		return nil, errors.New("requests per second must be zero or more")
	}
	limit := rate.Limit(perSecond)
	if perSecond == 0 {
		limit = rate.Inf
	}
	return &Pacer{limiter: rate.NewLimiter(limit, 1)}, nil
}

// Wait waits for the next turn, or until ctx ends.
func (p *Pacer) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return p.limiter.Wait(ctx)
}
