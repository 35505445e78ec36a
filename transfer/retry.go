package transfer

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	firstDelay = 500 * time.Millisecond
	maxDelay   = 30 * time.Second
	// patience is how long a server may ask us to wait before we ask the person
	// to come back later.
	patience = 2 * time.Minute
)

// persist calls attempt until it succeeds, fails for good, or has failed
// Options.Retries times in a row without progress. Between attempts it waits:
// as long as the server asks, else exponentially longer with jitter.
func (c *Client) persist(ctx context.Context, attempt func(context.Context) (progress bool, err error)) error {
	barren := 0
	reached := false
	for {
		progress, err := attempt(ctx)
		if err == nil {
			return nil
		}
		if progress {
			barren, reached = 0, true
		}
		if ctx.Err() != nil || barren >= c.retriesFor(err, reached) {
			return err
		}
		delay := c.delay(barren)
		var status *StatusError
		if errors.As(err, &status) && status.RetryAfter > 0 {
			if status.RetryAfter > patience {
				return err
			}
			delay = status.RetryAfter
		}
		if err := c.opt.Sleep(ctx, delay); err != nil {
			return err
		}
		barren++
	}
}

// retriesFor says how many barren attempts may follow one that failed with
// err. A host that cannot even be reached gets one more chance, so that to be
// offline is noticed at once; unless it was reachable a moment ago.
func (c *Client) retriesFor(err error, reached bool) int {
	var status *StatusError
	var connect *ConnectError
	switch {
	case errors.As(err, &status):
		switch status.Code {
		case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
			http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return c.opt.Retries
		}
	case errors.As(err, &connect):
		switch {
		case connect.Reason == Untrusted:
			return 0
		case connect.Reason == Cut || connect.Reason == Stalled || reached:
			return c.opt.Retries
		}
		return min(1, c.opt.Retries)
	}
	return 0
}

// delay is between half and the whole of an exponentially growing step.
func (c *Client) delay(n int) time.Duration {
	step := min(firstDelay<<min(n, 10), maxDelay)
	return step/2 + time.Duration(c.opt.Rand()*float64(step/2))
}
