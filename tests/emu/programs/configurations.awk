# SPDX-License-Identifier: MIT
# awk -v folder=DIR: write configurations of the shapes that people use, and of the mistakes they make.
# Those called "4.0-…" have what accel-config knows since then.
function wq(id, more) { return "{\"dev\":\"wq" id "\"" (more ? "," more : "") "}" }
function user(size, more) {
	return "\"group_id\":0,\"size\":" size ",\"priority\":10,\"type\":\"user\",\"name\":\"app\"," \
	       "\"driver_name\":\"user\"" (more ? "," more : "")
}
function engines(device, group, from, to,   i, text) {
	for (i = from; i <= to; i++)
		text = text (i > from ? "," : "") "{\"dev\":\"engine" device "." i "\",\"group_id\":" group "}"
	return "\"grouped_engines\":[" text "]"
}
function group(id, wqs, grouped, more) {
	return "{\"dev\":\"group" id "\"" (more ? "," more : "") (wqs ? ",\"grouped_workqueues\":[" wqs "]" : "") \
	       (grouped ? "," grouped : "") "}"
}
function device(name, groups, more) {
	return "{\"dev\":\"" name "\"" (more ? "," more : "") (groups ? ",\"groups\":[" groups "]" : "") "}"
}
function put(name, text,   file) {
	file = sprintf("%s/%02d-%s.json", folder, ++number, name)
	print "[" text "]" >file
	close(file)
}
# One device, one group, all engines asked for.
function simple(name, wqs, more) { put(name, device("dsa0", group("0.0", wqs, engines(0, 0, 0, 0), more))) }
BEGIN {
	shared = "\"mode\":\"shared\",\"threshold\":8"
	dedicated = "\"mode\":\"dedicated\""
	simple("one", wq("0.0", user(16, dedicated)))
	simple("shared", wq("0.0", user(16, shared)))
	simple("bof", wq("0.0", user(16, shared ",\"block_on_fault\":1")))
	simple("dedicated-threshold", wq("0.0", user(16, dedicated ",\"threshold\":15")))
	simple("threshold-first", wq("0.0", "\"threshold\":15," user(16, dedicated)))
	simple("4.0-prs-after-bof", wq("0.0", user(16, shared ",\"block_on_fault\":1,\"prs_disable\":1")))
	simple("4.0-prs-before-bof", wq("0.0", user(16, shared ",\"prs_disable\":1,\"block_on_fault\":0")))
	simple("4.0-prs-forbids-bof", wq("0.0", user(16, shared ",\"prs_disable\":1,\"block_on_fault\":1")))
	simple("limits", wq("0.0", user(16, shared ",\"max_batch_size\":32,\"max_transfer_size\":2097152,\"ats_disable\":0")))
	simple("text-numbers", wq("0.0", "\"group_id\":\"0\",\"size\":\"16\",\"priority\":\"10\",\"type\":\"user\"," \
		"\"name\":\"x\",\"driver_name\":\"user\",\"mode\":\"dedicated\""))
	simple("4.0-op-config", wq("0.0", user(16, shared ",\"op_config\":\"00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff\"")))
	simple("no-driver", wq("0.0", "\"group_id\":0,\"size\":16,\"priority\":10,\"type\":\"user\",\"name\":\"app\",\"mode\":\"dedicated\""))
	simple("no-type", wq("0.0", "\"group_id\":0,\"size\":16,\"priority\":10,\"name\":\"app\",\"driver_name\":\"user\",\"mode\":\"dedicated\""))
	simple("no-type-shared", wq("0.0", "\"group_id\":0,\"size\":16,\"priority\":10,\"threshold\":8,\"name\":\"app\",\"driver_name\":\"user\",\"mode\":\"shared\""))
	simple("no-name", wq("0.0", "\"group_id\":0,\"size\":16,\"priority\":10,\"type\":\"user\",\"driver_name\":\"user\",\"mode\":\"dedicated\""))
	simple("no-mode", wq("0.0", user(16, "\"threshold\":8")))
	simple("no-threshold", wq("0.0", user(16, "\"mode\":\"shared\"")))
	simple("threshold-0", wq("0.0", user(16, "\"mode\":\"shared\",\"threshold\":0")))
	simple("threshold-large", wq("0.0", user(16, "\"mode\":\"shared\",\"threshold\":17")))
	simple("no-priority", wq("0.0", "\"group_id\":0,\"size\":16,\"type\":\"user\",\"name\":\"app\",\"driver_name\":\"user\",\"mode\":\"dedicated\""))
	simple("priority-large", wq("0.0", "\"priority\":16," user(16, dedicated)))
	simple("size-0", wq("0.0", user(0, dedicated)))
	simple("size-large", wq("0.0", user(129, dedicated)))
	simple("kernel", wq("0.0", "\"group_id\":0,\"size\":16,\"priority\":10,\"type\":\"kernel\",\"name\":\"dmaengine\",\"driver_name\":\"dmaengine\",\"mode\":\"dedicated\""))
	simple("name-state", wq("0.0", user(16, dedicated ",\"state\":\"enabled\",\"cdev_minor\":0,\"clients\":0,\"unknown\":5")))
	simple("state-disabled", wq("0.0", user(16, dedicated ",\"state\":\"disabled\"")))
	simple("buffers", wq("0.0", user(16, dedicated)), "\"read_buffers_reserved\":0,\"use_read_buffer_limit\":0,\"read_buffers_allowed\":96")
	simple("tokens", wq("0.0", user(16, dedicated)), "\"tokens_reserved\":0,\"use_token_limit\":0,\"tokens_allowed\":8")
	simple("negative", wq("0.0", user(16, dedicated)), "\"traffic_class_a\":-1")
	simple("traffic", wq("0.0", user(16, dedicated)), "\"traffic_class_a\":1,\"traffic_class_b\":1")
	simple("4.0-progress", wq("0.0", user(16, dedicated)), "\"desc_progress_limit\":1,\"batch_progress_limit\":2")
	simple("type-twice", wq("0.0", user(16, dedicated ",\"type\":\"user\"")))
	simple("bool", wq("0.0", user(16, dedicated ",\"block_on_fault\":true")))
	put("limit-used", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0),
		"\"use_read_buffer_limit\":1"), "\"read_buffer_limit\":20"))
	put("token-limit", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)), "\"token_limit\":10"))
	put("4.0-event-log", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)), "\"event_log_size\":128"))
	put("save-config", device("dsa0", group("0.0", wq("0.0", user(16, shared)), engines(0, 0, 0, 0)),
		"\"read_buffer_limit\":0,\"max_groups\":4,\"max_work_queues\":8,\"max_engines\":4,\"work_queue_size\":128," \
		"\"numa_node\":0,\"version\":\"0x100\",\"max_read_buffers\":96,\"pasid_enabled\":1,\"cdev_major\":236"))
	four = wq("0.0", user(32, shared)) "," wq("0.1", user(32, shared)) "," wq("0.2", user(32, dedicated)) "," wq("0.3", user(32, dedicated))
	put("four-four", device("dsa0", group("0.0", four, engines(0, 0, 0, 3))))
	eight = ""
	for (i = 0; i < 8; i++)
		eight = eight (i ? "," : "") wq("0." i, user(16, i % 2 ? shared : dedicated))
	put("four-eight", device("dsa0", group("0.0", eight, engines(0, 0, 0, 3))))
	put("two-two", device("dsa0", group("0.0", wq("0.0", user(16, shared)) "," wq("0.1", user(16, dedicated)), engines(0, 0, 0, 1)) "," \
		group("0.1", wq("0.2", "\"group_id\":1,\"size\":16,\"priority\":5,\"type\":\"user\",\"name\":\"b\",\"driver_name\":\"user\"," shared) "," \
			wq("0.3", "\"group_id\":1,\"size\":16,\"priority\":5,\"type\":\"user\",\"name\":\"c\",\"driver_name\":\"user\"," dedicated), engines(0, 1, 2, 3))))
	put("two-sockets", device("dsa0", group("0.0", wq("0.0", user(64, shared)), engines(0, 0, 0, 3))) "," \
		device("dsa1", group("1.0", wq("1.0", user(64, shared)), engines(1, 0, 0, 3))))
	put("sum", device("dsa0", group("0.0", wq("0.0", user(100, dedicated)) "," wq("0.1", user(100, dedicated)), engines(0, 0, 0, 0))))
	put("no-engine", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)))))
	put("engine-elsewhere", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 1, 0, 0))))
	put("idle-engines", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)) "," group("0.1", "", engines(0, 1, 1, 2))))
	put("ungrouped", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)),
		"\"ungrouped_workqueues\":[" wq("0.1", "\"size\":0") "],\"ungrouped_engines\":[{\"dev\":\"engine0.1\"}]"))
	put("empty-list", device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)), "\"ungrouped_workqueues\":[]"))
	put("no-queue", device("dsa0"))
	put("no-such-device", device("iax7x", group("7.0", wq("7.0", user(16, dedicated)), engines(7, 0, 0, 0))))
	put("no-such-queue", device("dsa0", group("0.0", wq("0.9", user(16, dedicated)), engines(0, 0, 0, 0))))
	put("no-such-group", device("dsa0", group("0.9", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0))))
	put("iax", device("iax2", group("2.0", wq("2.0", user(16, shared)) "," wq("2.1", user(16, dedicated)), engines(2, 0, 0, 7))))
	put("iax-and-dsa", device("iax2", group("2.0", wq("2.0", user(16, shared)), engines(2, 0, 0, 0))) "," \
		device("dsa0", group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0))))
	put("iax-transfer", device("iax2", group("2.0", wq("2.0", user(16, shared ",\"max_transfer_size\":2147483648")), engines(2, 0, 0, 0))))
	put("iax-buffers", device("iax2", group("2.0", wq("2.0", user(16, shared)), engines(2, 0, 0, 0), "\"read_buffers_reserved\":0")))
	put("iax-crypto", device("iax2", group("2.0", wq("2.0", "\"group_id\":0,\"size\":128,\"priority\":10,\"type\":\"kernel\"," \
		"\"name\":\"iaa_crypto\",\"driver_name\":\"crypto\"," dedicated), engines(2, 0, 0, 0))))
	put("flat", device("dsa0", "") "," wq("0.0", user(16, dedicated)) ",{\"dev\":\"engine0.0\",\"group_id\":0}")
	put("dev-last", "{\"groups\":[" group("0.0", wq("0.0", user(16, dedicated)), engines(0, 0, 0, 0)) "],\"dev\":\"dsa0\"}")
}
