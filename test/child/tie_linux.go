package child

import (
	"os/exec"
	"syscall"
)

// tie has the kernel kill the program when its parent dies.
func tie(run *exec.Cmd) { run.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
