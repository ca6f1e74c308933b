package httpapi

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestACallThatWasCutOffSaysInterrupted(t *testing.T) {
	err := WithOutcome(Call{Op: "create the cabinet"}, OutcomeUnknown, fmt.Errorf("post: %w", context.Canceled))
	if got, want := err.Error(), "create the cabinet: interrupted"; got != want || !errors.Is(err, context.Canceled) {
		t.Errorf("said %q, want %q", got, want)
	}
}
