/* SPDX-License-Identifier: MIT */
/*
 * Print size and alignment of the public structs, offset and size of their fields. layout.txt is
 * what programs have been compiled with.
 */
#include <stdio.h>

#include <sva/sva.h>

#define TYPE(type) \
	printf("%s: size %zu, alignment %zu\n", #type, sizeof(struct type), _Alignof(struct type))
#define FIELD(type, field)                                                                   \
	printf("%s.%s: offset %zu, size %zu\n", #type, #field, offsetof(struct type, field), \
	       sizeof(((struct type *)0)->field))

static void print_descriptor(void)
{
	TYPE(sva_desc);
	FIELD(sva_desc, pasid_priv);
	FIELD(sva_desc, op_flags);
	FIELD(sva_desc, completion_addr);
	FIELD(sva_desc, src_addr);
	FIELD(sva_desc, pattern);
	FIELD(sva_desc, desc_list_addr);
	FIELD(sva_desc, readback_addr1);
	FIELD(sva_desc, dst_addr);
	FIELD(sva_desc, src2_addr);
	FIELD(sva_desc, compare_pattern);
	FIELD(sva_desc, readback_addr2);
	FIELD(sva_desc, size_word);
	FIELD(sva_desc, xfer_size);
	FIELD(sva_desc, desc_count);
	FIELD(sva_desc, tail);
	FIELD(sva_desc, op_specific);
	FIELD(sva_desc, op_words);
	FIELD(sva_desc, compare);
	FIELD(sva_desc, delta);
	FIELD(sva_desc, dualcast);
	FIELD(sva_desc, fill);
	FIELD(sva_desc, crc);
	FIELD(sva_desc, dif);
	FIELD(sva_desc, fetch);
	FIELD(sva_desc, domain);
	FIELD(sva_desc, window);

	TYPE(sva_desc_compare);
	FIELD(sva_desc_compare, expected_result);

	TYPE(sva_desc_delta);
	FIELD(sva_desc_delta, delta_addr);
	FIELD(sva_desc_delta, delta_size);
	FIELD(sva_desc_delta, max_size);
	FIELD(sva_desc_delta, expected_result_mask);

	TYPE(sva_desc_dualcast);
	FIELD(sva_desc_dualcast, dst2_addr);

	TYPE(sva_desc_fill);
	FIELD(sva_desc_fill, pattern_high);

	TYPE(sva_desc_crc);
	FIELD(sva_desc_crc, seed);
	FIELD(sva_desc_crc, seed_addr);

	TYPE(sva_desc_dif);
	FIELD(sva_desc_dif, src_flags);
	FIELD(sva_desc_dif, dst_flags);
	FIELD(sva_desc_dif, flags);
	FIELD(sva_desc_dif, src);
	FIELD(sva_desc_dif, dst);

	TYPE(sva_desc_fetch);
	FIELD(sva_desc_fetch, stride);

	TYPE(sva_desc_domain);
	FIELD(sva_desc_domain, handle1);
	FIELD(sva_desc_domain, handle2);

	TYPE(sva_desc_tail);
	FIELD(sva_desc_tail, size);
	FIELD(sva_desc_tail, int_handle);

	TYPE(sva_dif_tags);
	FIELD(sva_dif_tags, ref_tag);
	FIELD(sva_dif_tags, app_mask);
	FIELD(sva_dif_tags, app_tag);
}

static void print_operation(void)
{
	TYPE(sva_iax_record);
	FIELD(sva_iax_record, status);
	FIELD(sva_iax_record, error_code);
	FIELD(sva_iax_record, bytes_completed);
	FIELD(sva_iax_record, fault_addr);
	FIELD(sva_iax_record, output_size);
	FIELD(sva_iax_record, output_bits);
	FIELD(sva_iax_record, xor_checksum);
	FIELD(sva_iax_record, crc);
	FIELD(sva_iax_record, min_first);
	FIELD(sva_iax_record, max_last);
	FIELD(sva_iax_record, sum_count);
	TYPE(sva_iax_op);
	FIELD(sva_iax_op, record);
	FIELD(sva_iax_op, filter);
	TYPE(sva_iax_filter_aecs);
	TYPE(sva_iax_decompress_aecs);
	TYPE(sva_iax_compress_aecs);
	TYPE(sva_iax_cipher_aecs);
	FIELD(sva_iax_cipher_aecs, algorithm);
	FIELD(sva_iax_cipher_aecs, flags);
	FIELD(sva_iax_cipher_aecs, accumulator_sizes);
	FIELD(sva_iax_cipher_aecs, input_accumulator);
	FIELD(sva_iax_cipher_aecs, output_accumulator);
	FIELD(sva_iax_cipher_aecs, key);
	FIELD(sva_iax_cipher_aecs, iv);
	FIELD(sva_iax_cipher_aecs, complement);
	TYPE(sva_iax_histogram);
	TYPE(sva_deflate_opts);
	FIELD(sva_deflate_opts, format);
	FIELD(sva_deflate_opts, flags);
	FIELD(sva_deflate_opts, level);
	TYPE(sva_stream_io);
	FIELD(sva_stream_io, in_size);
	FIELD(sva_stream_io, out);
	FIELD(sva_stream_io, out_size);
	TYPE(sva_column);
	FIELD(sva_column, data);
	FIELD(sva_column, bytes);
	FIELD(sva_column, elements);
	FIELD(sva_column, width);
	FIELD(sva_column, flags);
	TYPE(sva_filter_result);
	FIELD(sva_filter_result, bytes);
	FIELD(sva_filter_result, count);
	FIELD(sva_filter_result, first);
	FIELD(sva_filter_result, last);
	FIELD(sva_filter_result, min);
	FIELD(sva_filter_result, max);
	FIELD(sva_filter_result, sum);
	TYPE(sva_record);
	FIELD(sva_record, status);
	FIELD(sva_record, result);
	FIELD(sva_record, fault_info);
	FIELD(sva_record, bytes_completed);
	FIELD(sva_record, fault_addr);
	FIELD(sva_record, invalid_flags);
	FIELD(sva_record, delta_size);
	FIELD(sva_record, crc);
	FIELD(sva_record, dif_src);
	FIELD(sva_record, dif_dst);

	TYPE(sva_op);
	FIELD(sva_op, desc);
	FIELD(sva_op, record);
	FIELD(sva_op, wq);
	FIELD(sva_op, credit);
	FIELD(sva_op, user_data);
	FIELD(sva_op, done);
	FIELD(sva_op, rest);

	TYPE(sva_wq);
	FIELD(sva_wq, portal);
	FIELD(sva_wq, credit);
	FIELD(sva_wq, live);
	FIELD(sva_wq, cpu_below);

	TYPE(sva_batch);
	FIELD(sva_batch, next);
	FIELD(sva_batch, next_record);
	FIELD(sva_batch, end);
	FIELD(sva_batch, descs);
	FIELD(sva_batch, records);
	FIELD(sva_batch, flags);
}

static void print_open(void)
{
	TYPE(sva_wq_opts);
	FIELD(sva_wq_opts, size);
	FIELD(sva_wq_opts, flags);
	FIELD(sva_wq_opts, mode);
	FIELD(sva_wq_opts, kind);
	FIELD(sva_wq_opts, numa_node);
	FIELD(sva_wq_opts, min_batch);
	FIELD(sva_wq_opts, min_transfer);
	FIELD(sva_wq_opts, opcodes);
	FIELD(sva_wq_opts, retries);
	FIELD(sva_wq_opts, timeout_ms);
	FIELD(sva_wq_opts, log);
	FIELD(sva_wq_opts, log_ctx);
	FIELD(sva_wq_opts, log_level);
	FIELD(sva_wq_opts, report);
	FIELD(sva_wq_opts, topology);
	FIELD(sva_wq_opts, policy);

	TYPE(sva_rejection);
	FIELD(sva_rejection, queue);
	FIELD(sva_rejection, err);
	FIELD(sva_rejection, reason);
	FIELD(sva_rejection, remedy);

	TYPE(sva_result);
	FIELD(sva_result, size);
	FIELD(sva_result, status);
	FIELD(sva_result, code);
	FIELD(sva_result, error);
	FIELD(sva_result, write_fault);
	FIELD(sva_result, partial);
	FIELD(sva_result, backward);
	FIELD(sva_result, result);
	FIELD(sva_result, dif_errors);
	FIELD(sva_result, bytes_completed);
	FIELD(sva_result, descs_completed);
	FIELD(sva_result, fault_addr);
	FIELD(sva_result, invalid_flags);
	FIELD(sva_result, delta_size);
	FIELD(sva_result, crc);
	FIELD(sva_result, dif_src);
	FIELD(sva_result, dif_dst);
}

static void print_calls(void)
{
	TYPE(sva_policy);
	FIELD(sva_policy, size);
	FIELD(sva_policy, flags);
	FIELD(sva_policy, fault);
	FIELD(sva_policy, wait);
	FIELD(sva_policy, desc_flags);
	FIELD(sva_policy, threshold);
	FIELD(sva_policy, timeout_ns);
	FIELD(sva_policy, cpu_threads);
	FIELD(sva_policy, reserved);

	TYPE(sva_outcome);
	FIELD(sva_outcome, size);
	FIELD(sva_outcome, bytes);
	FIELD(sva_outcome, device_bytes);
	FIELD(sva_outcome, offset);
	FIELD(sva_outcome, fault_addr);
	FIELD(sva_outcome, why);
	FIELD(sva_outcome, parts);
	FIELD(sva_outcome, faults);
	FIELD(sva_outcome, resumed);
	FIELD(sva_outcome, status);
	FIELD(sva_outcome, dif_errors);
}

static void print_info(void)
{
	TYPE(sva_opmask);
	FIELD(sva_opmask, bits);

	TYPE(sva_dev_info);
	FIELD(sva_dev_info, name);
	FIELD(sva_dev_info, kind);
	FIELD(sva_dev_info, state);
	FIELD(sva_dev_info, unknown);
	FIELD(sva_dev_info, version);
	FIELD(sva_dev_info, numa_node);
	FIELD(sva_dev_info, pasid_enabled);
	FIELD(sva_dev_info, clients);
	FIELD(sva_dev_info, max_work_queues);
	FIELD(sva_dev_info, max_work_queues_size);
	FIELD(sva_dev_info, max_groups);
	FIELD(sva_dev_info, max_engines);
	FIELD(sva_dev_info, max_batch_size);
	FIELD(sva_dev_info, cdev_major);
	FIELD(sva_dev_info, cmd_status);
	FIELD(sva_dev_info, event_log_size);
	FIELD(sva_dev_info, max_transfer_size);
	FIELD(sva_dev_info, gen_cap);
	FIELD(sva_dev_info, iaa_cap);
	FIELD(sva_dev_info, op_cap);
	FIELD(sva_dev_info, errors);

	TYPE(sva_wq_info);
	FIELD(sva_wq_info, name);
	FIELD(sva_wq_info, device);
	FIELD(sva_wq_info, devnode);
	FIELD(sva_wq_info, label);
	FIELD(sva_wq_info, driver);
	FIELD(sva_wq_info, kind);
	FIELD(sva_wq_info, mode);
	FIELD(sva_wq_info, type);
	FIELD(sva_wq_info, state);
	FIELD(sva_wq_info, unknown);
	FIELD(sva_wq_info, numa_node);
	FIELD(sva_wq_info, group_id);
	FIELD(sva_wq_info, size);
	FIELD(sva_wq_info, threshold);
	FIELD(sva_wq_info, priority);
	FIELD(sva_wq_info, occupancy);
	FIELD(sva_wq_info, clients);
	FIELD(sva_wq_info, max_batch_size);
	FIELD(sva_wq_info, cdev_minor);
	FIELD(sva_wq_info, block_on_fault);
	FIELD(sva_wq_info, ats_disable);
	FIELD(sva_wq_info, prs_disable);
	FIELD(sva_wq_info, max_transfer_size);
	FIELD(sva_wq_info, op_config);
}

int main(void)
{
	print_descriptor();
	print_operation();
	print_open();
	print_calls();
	print_info();
	return 0;
}
