BEGIN TRANSACTION;
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
INSERT INTO "events" VALUES('d1',1,'2026-03-02T22:00:00.000000+00:00',1,'planned','{"kind":"planned","plan":{"orch":1,"purpose":"Serve the new price list.","release":{"name":"app","version":"2.0","units":[{"name":"app","version":"2.0","artefact":"dml/app.tar.gz","sha256":"0000000000000000000000000000000000000000000000000000000000000000","on_target":"/opt/app"}],"removes":[],"rfcs":[],"known_errors":[],"problems":[],"depends_on":[],"service":null,"cis":[],"emergency":false},"objectives":["Every host answers with 2.0 within 2 s."],"strategy":{"kind":"phased","model":null,"hosts":"web","playbook":"playbooks/app.yml","variables":{},"waves":[{"name":null,"count":1,"percent":null,"group":null,"hosts":null,"rest":null,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null},{"name":null,"count":null,"percent":null,"group":null,"hosts":null,"rest":true,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null}],"pilot":null,"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"wave":{"count":0,"percent":null},"overall":{"count":0,"percent":null}},"task_timeout":300.0,"run_timeout":3600.0,"forks":10,"accelerate":null,"idempotent":true,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"roles":{"deployment manager":"Ann"},"resources":{"environment":"test","inventory":"inventories/test","dynamic_inventory":false,"vault_password_file":null,"people":[],"tools":[]},"schedule":{"window":null,"on_window_close":"hold","missed":"ask","milestones":[]},"risks":[{"risk":"It breaks.","likelihood":"medium","impact":"medium","mitigation":"Back out."}],"communication":[{"audience":"service desk","channel":"mail","when":["result"]}],"validation":{"environment":[{"title":null,"within":0.0,"every":1.0,"kind":"become","user":"root"}],"acceptance":[{"title":null,"within":0.0,"every":1.0,"kind":"http","url":"http://{address}/","method":"GET","status":200,"contains":null,"timeout":5.0,"origin":"controller"}],"early_life":null},"backout":{"playbook":"rollback/app.yml","variables":{},"baseline":{"files":["/etc/app"],"exclude":[],"packages":"all","units":[],"ports":true,"users":true,"sysctl":[],"commands":[],"content_limit":65536},"scope":"all_touched","on_failure":"back_out","task_timeout":300.0,"run_timeout":3600.0,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"approval":{"required":[],"sign_off":[],"policy":null,"change":null,"reason":null}},"plan_file":"plan.yml","plan_sha256":"0000000000000000000000000000000000000000000000000000000000000000","project":"/project","targets":[{"host":"h1","address":"10.0.0.1","port":22,"user":"root","groups":["web","first"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h2","address":"10.0.0.2","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h3","address":"10.0.0.3","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"}],"waves":[{"number":0,"name":"wave 1","hosts":["h1"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"count":0,"percent":null}},{"number":1,"name":"wave 2","hosts":["h2","h3"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"count":0,"percent":null}}],"by":"ann","rehearsal":null,"policy":null,"model":null,"change":{"type":"normal","reason":null},"mode":"attended","effective":null,"copy_size":0,"starts":null,"missed":"ask","machines":{}}');
INSERT INTO "events" VALUES('d1',2,'2026-03-02T22:00:00.000000+00:00',1,'submitted','{"kind":"submitted","by":"ann"}');
INSERT INTO "events" VALUES('d1',3,'2026-03-02T22:00:00.000000+00:00',1,'paused','{"kind":"paused","by":"ann","reason":"the old program ends here"}');
INSERT INTO "events" VALUES('d0',1,'2026-03-02T22:00:00.000000+00:00',1,'planned','{"kind":"planned","plan":{"orch":1,"purpose":"Serve the new price list.","release":{"name":"app","version":"2.0","units":[{"name":"app","version":"2.0","artefact":"dml/app.tar.gz","sha256":"0000000000000000000000000000000000000000000000000000000000000000","on_target":"/opt/app"}],"removes":[],"rfcs":[],"known_errors":[],"problems":[],"depends_on":[],"service":null,"cis":[],"emergency":false},"objectives":["Every host answers with 2.0 within 2 s."],"strategy":{"kind":"phased","model":null,"hosts":"web","playbook":"playbooks/app.yml","variables":{},"waves":[{"name":null,"count":1,"percent":null,"group":null,"hosts":null,"rest":null,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null},{"name":null,"count":null,"percent":null,"group":null,"hosts":null,"rest":true,"objective":null,"entry":[],"acceptance":[],"gate":null,"failure_limit":null}],"pilot":null,"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"wave":{"count":0,"percent":null},"overall":{"count":0,"percent":null}},"task_timeout":300.0,"run_timeout":3600.0,"forks":10,"accelerate":null,"idempotent":true,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"roles":{"deployment manager":"Ann"},"resources":{"environment":"test","inventory":"inventories/test","dynamic_inventory":false,"vault_password_file":null,"people":[],"tools":[]},"schedule":{"window":null,"on_window_close":"hold","missed":"ask","milestones":[]},"risks":[{"risk":"It breaks.","likelihood":"medium","impact":"medium","mitigation":"Back out."}],"communication":[{"audience":"service desk","channel":"mail","when":["result"]}],"validation":{"environment":[{"title":null,"within":0.0,"every":1.0,"kind":"become","user":"root"}],"acceptance":[{"title":null,"within":0.0,"every":1.0,"kind":"http","url":"http://{address}/","method":"GET","status":200,"contains":null,"timeout":5.0,"origin":"controller"}],"early_life":null},"backout":{"playbook":"rollback/app.yml","variables":{},"baseline":{"files":["/etc/app"],"exclude":[],"packages":"all","units":[],"ports":true,"users":true,"sysctl":[],"commands":[],"content_limit":65536},"scope":"all_touched","on_failure":"back_out","task_timeout":300.0,"run_timeout":3600.0,"allow":{"noop":false,"ignored_tasks":[],"rescued_tasks":[],"delegates":[],"injected_facts":false}},"approval":{"required":[],"sign_off":[],"policy":null,"change":null,"reason":null}},"plan_file":"plan.yml","plan_sha256":"0000000000000000000000000000000000000000000000000000000000000000","project":"/project","targets":[{"host":"h1","address":"10.0.0.1","port":22,"user":"root","groups":["web","first"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h2","address":"10.0.0.2","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"},{"host":"h3","address":"10.0.0.3","port":22,"user":"root","groups":["web"],"private_key":null,"known_hosts":null,"python":"/usr/bin/python3"}],"waves":[{"number":0,"name":"wave 1","hosts":["h1"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"count":0,"percent":null}},{"number":1,"name":"wave 2","hosts":["h2","h3"],"objective":null,"entry":[],"acceptance":[],"gate":{"soak":0.0,"every":15.0,"confirm":null},"failure_limit":{"count":0,"percent":null}}],"by":"ann","rehearsal":null,"policy":null,"model":null,"change":{"type":"normal","reason":null},"mode":"attended","effective":null,"copy_size":0,"starts":null,"missed":"ask","machines":{}}');
INSERT INTO "events" VALUES('d0',2,'2026-03-02T22:00:00.000000+00:00',1,'submitted','{"kind":"submitted","by":"ann"}');
INSERT INTO "events" VALUES('d0',3,'2026-03-02T22:00:00.000000+00:00',1,'cancelled','{"kind":"cancelled","by":"ann","reason":"not today"}');
CREATE TABLE folds (
	deployment VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	form VARCHAR(64) NOT NULL, 
	body BLOB NOT NULL, 
	story BLOB NOT NULL, 
	brief TEXT NOT NULL, 
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
CREATE TABLE schema_steps (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_steps" VALUES(1);
INSERT INTO "schema_steps" VALUES(2);
INSERT INTO "schema_steps" VALUES(3);
INSERT INTO "schema_steps" VALUES(4);
DELETE FROM "sqlite_sequence";
COMMIT;
