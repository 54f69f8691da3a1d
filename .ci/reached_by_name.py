"""Names that vulture sees no use of, and that are used all the same. Never run: `vulture` reads it with src."""

# ruff: noqa

# click asks the group of commands for these.
_.list_commands, _.get_command, _.format_commands
# datetime asks a tzinfo for these.
_.dst, _.fromutc
# An import hook is asked by the interpreter.
_.find_spec
# The HTTP server of the standard library reads and calls these; a signal handler is given its frame.
_.daemon_threads, _.block_on_close, _.handle_error, _.log_message, _.do_POST, frame
_.protocol_version, _.server_version, _.sys_version, _.timeout
# So do urllib, expat, sqlite3 and RE2; a cache is kept by a parameter that the function does not read.
_.redirect_request, req, fp, msg, newurl, modified, _.http_open, _.https_open, _.response_class
_.buffer_text, _.StartElementHandler, _.EndElementHandler, _.CharacterDataHandler
_.EntityDeclHandler, _.ExternalEntityRefHandler, _.StartDoctypeDeclHandler
_.text_factory, _.log_errors, _.max_mem
# Members of enums, reached by their values.
_.STARTED, _.MITIGATED, _.REVIEWED, _.MODEL_DRIFT, _.PLANNING, _.DATA_LEAK, _.COST_LATENCY, _.BLIND_SPOT
_.HELD, _.ABSENT
# Fields of documents: read by templates and by `plain`, or passed on whole.
_.policy_digest, _.proofs, _.verdict_override, _.top_gaps
_.to_do
_.retrieved_chunks, _.human_label, _.human_reviewer, _.human_at, _.human_note, _.human_blind, _.ended_at, _.parent_id
_.checksum  # of a lock's file
# What a source may say of a run: a field of the names for plugins.
_.dataset_name
_.postponed, _.ages_left  # words of the templates
_.has_expired  # Textual asks a notice
# Textual's driver, app, palette and screens call these.
_._run_input_thread, _.run_input_thread, _._file, _._return_code, _.panic, _.get_default_screen
_._move_page, _._action_command_list, _._on_click, _._on_resize, _.search_themes
_._get_left_gutter_width, _._on_click  # and a list
# What a version of the database added, by the name of its module.
declared_facts, evidence_lookup, explore, incident_record, kept_records, kept_results, measured_traces, next_review
over_time, people_roles, review_views, system_column, together
# Textual loads the driver by the name that a window's surroundings give; textual-serve asks its windows for these, aiohttp its answers.
BrowserDriver, _._open_app_process, _._stdin, _.content_type
