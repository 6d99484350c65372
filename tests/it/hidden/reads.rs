//! Reads of every sort, all of which must stay the same.

use serde_json::json;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::http::Request;

use super::Network;

impl Network<'_> {
    /// Reads of every sort.
    pub(super) fn reads(&self) -> Vec<Request> {
        let list = |query: &str| format!("/v1/organisations?{query}");
        let mut targets: Vec<String> = [
            "limit=50",
            "limit=3",
            "limit=2&sort=updated_at",
            "sort=updated_at&limit=50",
            "sort=distance&near=50.9,11.5",
            "near=50.9,11.5&radius_km=40",
            "count=exact&limit=1",
            "facets=kind&facets=city&facets=skill&facets=member&facets=sector&limit=1",
            "q=laser",
            "q=laser+&explain=true",
            "q=lasertehcnik",
            "q=technik+laser&explain=true",
            "q=op",
            "q=opti&highlight=true",
            "q=%22machine+learning%22",
            "q=laser+-optik+",
            "q=-laser",
            "q=Netz+Stadt+Energie+Vision",
            "q=Lasersensorik",
            "q=maschinelles+lernen+&explain=true",
            "q=M%C3%BCller&facets=kind&count=exact",
            "q=info1%40example.org&explain=true",
            "q=info7%40example.org&count=exact",
            "q=07743",
            "q=daten&kind=company&sort=name",
            "updated_since=2026-11-22T09:00:01Z&limit=50",
        ]
        .map(list)
        .to_vec();
        targets.extend(
            self.skills
                .iter()
                .map(|skill| list(&format!("skill={skill}&min_level=3&explain=true"))),
        );
        targets.extend(self.people.iter().chain(&self.solutions).cloned());
        targets
            .extend([&self.organisations[0], &self.organisations[8]].map(|id| format!("/v1/organisations/{id}/logo")));
        targets.push(format!(
            "/v1/organisations/{}/logo",
            self.hideout["organisation_id"].as_str().unwrap()
        ));
        targets.extend(["", "/matches?limit=30"].map(|end| format!("{}{end}", self.anonymous)));
        targets.extend(
            self.organisations
                .iter()
                .step_by(4)
                .map(|id| format!("/v1/organisations/{id}/matches")),
        );
        targets.extend(self.skills.iter().map(|skill| format!("/v1/people?skill={skill}")));
        for organisation in self.organisations.iter().take(3) {
            targets.push(format!("/v1/people?organisation_id={organisation}"));
        }
        for organisation in &self.organisations {
            targets.push(format!("/v1/organisations/{organisation}"));
        }
        for part in ["skills", "references", "units", "opportunities", "people", "solutions"] {
            targets.extend(
                self.organisations
                    .iter()
                    .step_by(5)
                    .map(|id| format!("/v1/organisations/{id}/{part}")),
            );
        }
        for other in [
            "suggest?q=la",
            "suggest?q=m",
            "suggest?q=gmbh",
            "search?q=laser",
            "search?q=sensor+daten",
            "opportunities",
            "opportunities?q=laser",
            "skills?q=laser",
            "skills",
            "memberships",
            "organisations.csv",
            "organisations.csv?q=laser&sort=relevance",
            "organisations.xlsx?sort=updated_at",
            "organisations.jsonl",
            "organisations.vcf?sort=distance&near=50.9,11.5",
            "organisations.geojson?q=optik",
            "organisations.jsonld",
            "people.vcf",
            "changes",
            "changes?limit=3",
            "changes?kind=opportunity&limit=40",
            "people",
            "solutions",
            "solutions?limit=1",
            "solutions?q=laser",
            "solutions?q=lasertehcnik&maturity=beta",
            "solutions?on_display=false",
            "people?limit=2",
            "people?q=laser",
            "people?q=ada+s",
        ] {
            targets.push(format!("/v1/{other}"));
        }
        let mut reads: Vec<Request> = targets.iter().map(|target| Request::new("GET", target)).collect();
        for question in [
            json!({"text": {"de": "Laser Optik Messung"}, "limit": 20}),
            json!({"text": {"en": "machine learning"}, "required_skills": [{"skill": self.skills[0]}], "limit": 5}),
            json!({"required_skills": [{"skill": self.skills[1], "min_level": 2}], "preferred_skills": [{"skill": self.skills[2]}],
                "near": {"lat": 50.9, "lon": 11.5, "radius_km": 80.0}, "mode": "one_sided"}),
            json!({"text": {"de": "Energie"}, "helix": ["society"], "sizes": ["large"], "near": {"lat": 50.9, "lon": 11.5, "radius_km": 1.0}}),
        ] {
            reads.push(Request::new("POST", "/v1/matches").json(&question));
            let explain = json!({"organisation_id": self.organisations[3], "request": question});
            reads.push(Request::new("POST", "/v1/matches/explain").json(&explain));
        }
        reads
    }
}

/// What is new in a search that somebody keeps.
pub(super) fn of_saved_search(caller: &Caller<'_>, query: &str) -> Request {
    let search = json!({"name": "Suche", "target": "organisations", "query": query});
    let id = caller.create("/v1/saved-searches", &search);
    Request::new("GET", &format!("/v1/saved-searches/{id}/hits"))
}
