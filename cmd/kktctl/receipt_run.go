package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/state"
)

// runReceipt has the engine go as far as the answers allow.
func (a *App) runReceipt(ctx context.Context, in *interrupts, w *work, address string, o receiptOptions) error {
	opts, err := a.runOptions(in, w, o.running)
	if err != nil {
		return err
	}
	snap := w.session.Snapshot()
	plan := &planner.Plan{
		FormatVersion: planner.FormatVersion, Fleet: w.fleet.Name, FleetHash: w.fleet.Hash, Lineage: snap.Lineage, Serial: snap.Serial,
		Timestamp: a.now(), Applyable: true, Complete: true,
		Steps: []planner.Step{{
			ID: planner.StepID(planner.Receipt, address), Address: address, Action: planner.Receipt, Irreversible: true,
			Requires: []string{}, Changes: []planner.Change{}, Waits: []planner.Wait{},
		}},
	}
	if running := workOf(snap.Resources[address]); running != nil {
		s := &plan.Steps[0]
		s.Action, s.Continues, s.Phase, s.Since = planner.Continue, planner.Receipt, running.Phase, running.Since
		s.ID = planner.StepID(planner.Continue, address)
	}
	quiet := o.running
	quiet.JSON = false
	ending := func() error { return nil }
	if !o.JSON {
		opts.Listener, ending = a.shownListener(w.g, in, plan, quiet)
	}
	in.softly()
	report, err := w.session.Run(ctx, w.fleet, plan, w.backend.provider, opts)
	err = errors.Join(otherErrors(err), ending())
	if report == nil || len(report.Steps) == 0 {
		return err
	}
	if in.happened() {
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return withCode(exitInterrupted, errors.Join(err, a.tellReceipt(w.g, w.session.Snapshot(), address, &report.Steps[0], o)))
	}
	return errors.Join(err, a.tellReceipt(w.g, w.session.Snapshot(), address, &report.Steps[0], o))
}

// tellReceipt prints how a receipt stands and gives the exit code.
func (a *App) tellReceipt(g *globals, snap *state.Snapshot, address string, step *apply.StepResult, o receiptOptions) error {
	v := receiptView(snap, address, step)
	if o.JSON {
		if err := view.SentJSON(a.Out, v); err != nil {
			return err
		}
	} else {
		fmt.Fprint(a.Out, view.SentText(v, a.outOptions(g)))
	}
	switch v.State {
	case view.ReceiptPrinted:
		return nil
	case view.ReceiptUnknown:
		return withCode(exitUnknown, nil)
	case view.ReceiptQueued:
		if step != nil && step.State == apply.StepFailed {
			return withCode(exitError, nil)
		}
		if o.Detailed {
			return withCode(exitWaiting, nil)
		}
		return nil
	}
	return withCode(exitError, nil)
}

// receiptView says how a receipt stands: as the state has it, and as the run
// just left it.
func receiptView(snap *state.Snapshot, address string, step *apply.StepResult) view.Sent {
	r := snap.Resources[address]
	v := view.Sent{Address: address}
	if step != nil {
		v.Message, v.Hint = step.Message, step.Hint
	}
	w := workOf(r)
	switch {
	case r.Receipt != nil:
		v.State, v.Receipt = view.ReceiptPrinted, r.Receipt
		v.Message, v.Hint = "", ""
		return v
	case step != nil && step.State == apply.StepFailed && step.Err == nil:
		v.State = view.ReceiptRefused
		return v
	case w == nil && r.Refusal != nil:
		v.State, v.Message = view.ReceiptRefused, r.Refusal.Reason
		return v
	case w == nil:
		v.State = view.ReceiptNotSent
		return v
	}
	v.Receipt = &w.Data.Receipt.Receipt
	v.Person = w.Unknown || openIntent(snap, address)
	if v.Message == "" {
		v.Message = w.Message
	}
	correction := w.Data.Receipt.Receipt.Correction
	switch {
	case openIntent(snap, address) || w.Unknown:
		v.State = view.ReceiptUnknown
		if w.WaitingFor != string(planner.WaitPerson) {
			v.Hint = cmp.Or(v.Hint, ofd.HintSameFile(correction))
		}
	case w.Phase == "print":
		v.State = view.ReceiptWaiting
		v.Hint = cmp.Or(v.Hint, ofd.SameFileCommand(correction)+" tries again, and with --wait for longer")
	default:
		v.State = view.ReceiptQueued
	}
	return v
}
