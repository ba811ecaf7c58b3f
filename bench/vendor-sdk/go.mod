module cce-orchestrator/bench/vendor-sdk

go 1.21

require github.com/baidubce/bce-sdk-go v0.9.278
