BEGIN TRANSACTION;
CREATE TABLE anchor_tries (
	anchor VARCHAR(100) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	place TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	silence VARCHAR(20) NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (anchor)
);
CREATE TABLE anchorings (
	anchor VARCHAR(100) NOT NULL, 
	size INTEGER NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	place TEXT NOT NULL, 
	note TEXT NOT NULL, 
	proof BLOB NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (anchor, size)
);
CREATE TABLE answered_requests (
	name VARCHAR(64) NOT NULL, 
	request VARCHAR(64) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	status INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE cmdb_facts (
	ci VARCHAR(300) NOT NULL, 
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (ci, deployment, seq)
);
CREATE TABLE cmdb_tries (
	outside VARCHAR(100) NOT NULL, 
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	tries INTEGER NOT NULL, 
	silence VARCHAR(20) NOT NULL, 
	detail TEXT NOT NULL, 
	wait INTEGER NOT NULL, 
	PRIMARY KEY (outside, deployment, seq)
);
CREATE TABLE cmdb_updates (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	change TEXT NOT NULL, 
	PRIMARY KEY (deployment, seq)
);
CREATE TABLE condensed_events (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	form VARCHAR(64) NOT NULL, 
	body TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	mark BLOB NOT NULL, 
	PRIMARY KEY (deployment, seq)
);
CREATE TABLE contents (
	digest VARCHAR(64) NOT NULL, 
	part INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (digest, part)
);
CREATE TABLE epochs (
	epoch INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at VARCHAR(32) NOT NULL
);
CREATE TABLE events (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR(100) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (deployment, seq)
);
INSERT INTO "events" VALUES('d1',1,'2026-03-02T22:00:00.000000+00:00',1,'planned','{"kind":"planned","plan":{"orch":1,"purpose":"Serve the new price list.","release":{"name":"app","version":"2.0","units":[{"name":"app","version":"2.0","artefact":"dml/app.tar.gz","sha256":"0000000000000000000000000000000000000000000000000000000000000000","on_target":"/opt/app","on":null,"library":null,"provenance":null,"signature":null}],"removes":[],"rfcs":[],"known_errors":[],"problems":[],"incidents":[],"references":[],"depends_on":[],"service":null,"cis":[],"emergency":false},"objectives":["Every host answers with 2.0 within 2 s."],"strategy":{"kind":"phased","model":null,"hosts":"web","playbook":"playbooks/app.yml","variables":{},"stages":[],"waves":[{"name":null,"count":1,"percent":null,"group":null,"hosts":null,"rest":null,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null},{"name":null,"count":null,"percent":null,"group":null,"hosts":null,"rest":true,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null}],"pilot":null,"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"wave":{"count":0,"percent":null},"overall":{"count":0,"percent":null}},"load_balancer":null,"task_timeout":300.0,"run_timeout":3600.0,"forks":10,"accelerate":null,"idempotent":true,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"roles":{"deployment manager":"Ann"},"resources":{"environment":"test","inventory":"inventories/test","dynamic_inventory":false,"vault_password_file":null,"pass_environment":[],"ingredients":[],"outputs":[],"people":[],"persons":[],"tools":[]},"schedule":{"window":null,"on_window_close":"hold","missed":"ask","milestones":[]},"risks":[{"risk":"It breaks.","likelihood":"medium","impact":"medium","mitigation":"Back out."}],"communication":[{"audience":"service desk","channel":"mail","when":["result"],"notify":null}],"validation":{"environment":[{"title":null,"within":0.0,"every":1.0,"soak_within":0.0,"on":null,"kind":"become","user":"root"}],"acceptance":[{"title":null,"within":0.0,"every":1.0,"soak_within":0.0,"on":null,"kind":"http","url":"http://{address}/","method":"GET","status":200,"contains":null,"timeout":5.0,"origin":"controller","headers":{},"basic_auth":null,"bearer":null,"ca_file":null,"redirects":"say"}],"early_life":null},"backout":{"playbook":"rollback/app.yml","variables":{},"baseline":{"files":["/etc/app"],"exclude":[],"packages":"all","units":[],"ports":true,"users":true,"sysctl":[],"commands":[],"content_limit":65536,"system":true,"show":[],"parts":[]},"changes":[],"scope":"all_touched","on_failure":"back_out","task_timeout":300.0,"run_timeout":3600.0,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false},"leaves_running":[]},"approval":{"required":[],"sign_off":[],"policy":null,"change":null,"reason":null,"impact":null,"priority":null,"ticket":null},"trigger":null,"assessment":null,"suppliers":[],"removal":null,"transfer":null},"plan_file":"plan.yml","plan_sha256":"0000000000000000000000000000000000000000000000000000000000000000","project":"/project","targets":[{"host":"h1","address":"10.0.0.1","port":22,"user":"root","groups":["web","first"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h2","address":"10.0.0.2","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h3","address":"10.0.0.3","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"}],"waves":[{"number":0,"name":"wave 1","hosts":["h1"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"count":0,"percent":null},"stage":null},{"number":1,"name":"wave 2","hosts":["h2","h3"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"count":0,"percent":null},"stage":null}],"by":"ann","rehearsal":null,"policy":null,"model":null,"change":{"type":"normal","reason":null},"mode":"attended","effective":null,"copy_size":0,"starts":null,"missed":"ask","machines":{},"spoken":null,"environment":null,"environment_unknown":false,"house":"","house_place":null,"foreseen":[],"beside":[],"documents":[]}');
INSERT INTO "events" VALUES('d1',2,'2026-03-02T22:00:00.000000+00:00',1,'submitted','{"kind":"submitted","by":"ann"}');
INSERT INTO "events" VALUES('d1',3,'2026-03-02T22:00:00.000000+00:00',1,'paused','{"kind":"paused","by":"ann","reason":"the old program ends here","spoken":null}');
INSERT INTO "events" VALUES('d0',1,'2026-03-02T22:00:00.000000+00:00',1,'planned','{"kind":"planned","plan":{"orch":1,"purpose":"Serve the new price list.","release":{"name":"app","version":"2.0","units":[{"name":"app","version":"2.0","artefact":"dml/app.tar.gz","sha256":"0000000000000000000000000000000000000000000000000000000000000000","on_target":"/opt/app","on":null,"library":null,"provenance":null,"signature":null}],"removes":[],"rfcs":[],"known_errors":[],"problems":[],"incidents":[],"references":[],"depends_on":[],"service":null,"cis":[],"emergency":false},"objectives":["Every host answers with 2.0 within 2 s."],"strategy":{"kind":"phased","model":null,"hosts":"web","playbook":"playbooks/app.yml","variables":{},"stages":[],"waves":[{"name":null,"count":1,"percent":null,"group":null,"hosts":null,"rest":null,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null},{"name":null,"count":null,"percent":null,"group":null,"hosts":null,"rest":true,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null}],"pilot":null,"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"wave":{"count":0,"percent":null},"overall":{"count":0,"percent":null}},"load_balancer":null,"task_timeout":300.0,"run_timeout":3600.0,"forks":10,"accelerate":null,"idempotent":true,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"roles":{"deployment manager":"Ann"},"resources":{"environment":"test","inventory":"inventories/test","dynamic_inventory":false,"vault_password_file":null,"pass_environment":[],"ingredients":[],"outputs":[],"people":[],"persons":[],"tools":[]},"schedule":{"window":null,"on_window_close":"hold","missed":"ask","milestones":[]},"risks":[{"risk":"It breaks.","likelihood":"medium","impact":"medium","mitigation":"Back out."}],"communication":[{"audience":"service desk","channel":"mail","when":["result"],"notify":null}],"validation":{"environment":[{"title":null,"within":0.0,"every":1.0,"soak_within":0.0,"on":null,"kind":"become","user":"root"}],"acceptance":[{"title":null,"within":0.0,"every":1.0,"soak_within":0.0,"on":null,"kind":"http","url":"http://{address}/","method":"GET","status":200,"contains":null,"timeout":5.0,"origin":"controller","headers":{},"basic_auth":null,"bearer":null,"ca_file":null,"redirects":"say"}],"early_life":null},"backout":{"playbook":"rollback/app.yml","variables":{},"baseline":{"files":["/etc/app"],"exclude":[],"packages":"all","units":[],"ports":true,"users":true,"sysctl":[],"commands":[],"content_limit":65536,"system":true,"show":[],"parts":[]},"changes":[],"scope":"all_touched","on_failure":"back_out","task_timeout":300.0,"run_timeout":3600.0,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false},"leaves_running":[]},"approval":{"required":[],"sign_off":[],"policy":null,"change":null,"reason":null,"impact":null,"priority":null,"ticket":null},"trigger":null,"assessment":null,"suppliers":[],"removal":null,"transfer":null},"plan_file":"plan.yml","plan_sha256":"0000000000000000000000000000000000000000000000000000000000000000","project":"/project","targets":[{"host":"h1","address":"10.0.0.1","port":22,"user":"root","groups":["web","first"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h2","address":"10.0.0.2","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h3","address":"10.0.0.3","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"}],"waves":[{"number":0,"name":"wave 1","hosts":["h1"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"count":0,"percent":null},"stage":null},{"number":1,"name":"wave 2","hosts":["h2","h3"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null,"metrics":[]},"failure_limit":{"count":0,"percent":null},"stage":null}],"by":"ann","rehearsal":null,"policy":null,"model":null,"change":{"type":"normal","reason":null},"mode":"attended","effective":null,"copy_size":0,"starts":null,"missed":"ask","machines":{},"spoken":null,"environment":null,"environment_unknown":false,"house":"","house_place":null,"foreseen":[],"beside":[],"documents":[]}');
INSERT INTO "events" VALUES('d0',2,'2026-03-02T22:00:00.000000+00:00',1,'submitted','{"kind":"submitted","by":"ann"}');
INSERT INTO "events" VALUES('d0',3,'2026-03-02T22:00:00.000000+00:00',1,'abort_requested','{"kind":"abort_requested","by":"ann","reason":"not today","spoken":null}');
CREATE TABLE folds (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	form VARCHAR(64) NOT NULL, 
	body BLOB NOT NULL, 
	brief TEXT NOT NULL, 
	mark BLOB NOT NULL, 
	brief_mark BLOB NOT NULL, 
	PRIMARY KEY (deployment)
);
CREATE TABLE host_locks (
	machine VARCHAR(200) NOT NULL, 
	host VARCHAR(253) NOT NULL, 
	deployment VARCHAR(100) NOT NULL, 
	since VARCHAR(32) NOT NULL, 
	"by" VARCHAR(4000) NOT NULL, 
	PRIMARY KEY (machine)
);
CREATE TABLE leases (
	name VARCHAR(100) NOT NULL, 
	fence BIGINT NOT NULL, 
	renewals BIGINT NOT NULL, 
	until FLOAT NOT NULL, 
	holder VARCHAR(300) NOT NULL, 
	place VARCHAR(300) NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE people_marks (
	digest VARCHAR(64) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	seen VARCHAR(32) NOT NULL, 
	ends VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE people_passwords (
	login VARCHAR(64) NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (login)
);
CREATE TABLE people_refusals (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at VARCHAR(32) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	method VARCHAR(16) NOT NULL, 
	path TEXT NOT NULL, 
	"right" VARCHAR(30) NOT NULL, 
	why TEXT NOT NULL
);
CREATE TABLE people_tries (
	number INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	place VARCHAR(64) NOT NULL, 
	good INTEGER NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE prepared_words (
	number VARCHAR(32) NOT NULL, 
	session VARCHAR(64) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE schema_steps (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_steps" VALUES(1);
INSERT INTO "schema_steps" VALUES(2);
INSERT INTO "schema_steps" VALUES(3);
INSERT INTO "schema_steps" VALUES(4);
INSERT INTO "schema_steps" VALUES(5);
INSERT INTO "schema_steps" VALUES(6);
INSERT INTO "schema_steps" VALUES(7);
INSERT INTO "schema_steps" VALUES(8);
INSERT INTO "schema_steps" VALUES(9);
CREATE TABLE seal_keys (
	"key" VARCHAR(400) NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE seal_leaves (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	salt BLOB, 
	leaf BLOB NOT NULL, 
	PRIMARY KEY (deployment, seq)
);
CREATE TABLE seal_log (
	number INTEGER NOT NULL, 
	deployment VARCHAR(100) NOT NULL, 
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	late INTEGER NOT NULL, 
	breaks INTEGER NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE seal_nodes (
	level INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (level, place)
);
CREATE TABLE seal_state (
	id INTEGER NOT NULL, 
	store VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE store_moves (
	move VARCHAR(64) NOT NULL, 
	side VARCHAR(10) NOT NULL, 
	place TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (move)
);
CREATE INDEX ix_seal_log_deployment ON seal_log (deployment);
CREATE INDEX ix_people_marks_login ON people_marks (login);
CREATE INDEX ix_people_tries_at ON people_tries (at);
DELETE FROM "sqlite_sequence";
COMMIT;
