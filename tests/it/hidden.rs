//! What somebody may not see changes nothing for them: a network is changed thousands of times where a caller does not see it, and
//! every read goes on answering with the same bytes.

use std::cell::RefCell;

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{PIXEL, person, solution};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{self, Request};
use werkstadt_tests::load::data::Numbers;

mod reads;

/// Changes on each database, half of them hidden from members too; each makes a pair of networks that must look the same.
const CHANGES: u64 = 2_600;

/// Reads after each change, taken in turn from all of them.
const READS: usize = 5;

const WORDS: [&str; 16] = [
    "Laser",
    "Lasertechnik",
    "Optik",
    "Technik",
    "Müller",
    "Sensor",
    "Messung",
    "Daten",
    "Medizin",
    "Software",
    "learning",
    "machine",
    "vision",
    "Stadt",
    "Energie",
    "Netz",
];

const ORGANISATIONS: usize = 18;

/// A network whose parts are visible to some and hidden from others.
struct Network<'a> {
    app: &'a TestApp,
    manager: Caller<'a>,
    numbers: RefCell<Numbers>,
    organisations: Vec<String>,
    skills: Vec<String>,
    /// Hidden records that can be removed again.
    hidden: RefCell<Vec<String>>,
    /// Persons whom everyone sees.
    people: Vec<String>,
    /// Solutions that everyone sees.
    solutions: Vec<String>,
    /// An anonymous request that everyone sees.
    anonymous: String,
    /// A place where somebody works that only managers see.
    hideout: Value,
}

impl<'a> Network<'a> {
    fn new(app: &'a TestApp) -> Self {
        let mut network = Self {
            app,
            manager: app.as_manager(),
            numbers: RefCell::new(Numbers::new(11)),
            organisations: Vec::new(),
            skills: ["Lasertechnik", "Maschinelles Lernen", "Optik"]
                .map(|label| app.skill(label))
                .to_vec(),
            hidden: RefCell::default(),
            people: Vec::new(),
            solutions: Vec::new(),
            anonymous: String::new(),
            hideout: json!(null),
        };
        for number in 0..ORGANISATIONS {
            let organisation = network.add(number);
            network.organisations.push(organisation);
        }
        network.settle();
        network
    }

    /// Persons who work where everyone sees it, and places that nobody sees.
    fn settle(&mut self) {
        let secret = json!({"kind": "company", "name": "Hideout", "visibility": {"core": "managers"}});
        self.hideout = json!({"organisation_id": self.app.organisation(&secret)});
        let id = self.app.published(
            &json!({"organisation_id": self.any(), "direction": "request", "cooperation": "pilot",
            "title": {"de": "Laser gesucht"}, "required": [{"skill": self.skills[0]}], "anonymous": true}),
        );
        self.anonymous = format!("/v1/opportunities/{id}");
        for number in 0..6 {
            let mut body = solution(&self.organisations[number]);
            (body["title"], body["skills"]) = (json!({"de": self.words(2)}), json!([self.skills[number % 3]]));
            let id = self.manager.create("/v1/solutions", &body);
            self.solutions.push(format!("/v1/solutions/{id}"));
        }
        for number in 0..6 {
            let level = ["public", "members", "managers"][number % 3];
            let mut body = person(&self.organisations[number]);
            body["family_name"] = json!(format!("{} {number}", self.words(1)));
            (body["email"], body["contact_visibility"]) = (json!("a@example.org"), json!(level));
            body["skills"] = json!([{"skill": self.skills[number % 3], "level": 3}]);
            let id = self.manager.create("/v1/people", &body);
            self.people.push(format!("/v1/people/{id}"));
        }
    }

    /// Changes a person where the level hides it: what everyone sees stays as it is.
    fn change_person(&self, visibility: &str) {
        if self.below(3) == 0 {
            return self.restrict_person();
        }
        if self.below(2) == 0 {
            let mut body = person(self.any());
            (body["family_name"], body["visibility"]) = (json!(self.words(1)), json!(visibility));
            return self.keep("/v1/people".to_owned(), &body);
        }
        let target = &self.people[2 + 3 * self.below(2)];
        let present = self.manager.read(target);
        let mut places = vec![present["affiliations"][0].clone()];
        if self.below(2) == 0 {
            places.push(self.hideout.clone());
        }
        let birth_year = 1950 + self.below(40);
        let change = json!({"affiliations": places, "birth_year": birth_year, "phone": format!("+49 {}", 1000 + self.below(999))});
        self.manager.patch(target, "*", &change).is(200);
    }

    /// Adds a person who would show to everyone, were the record not restricted.
    fn restrict_person(&self) {
        let mut body = person(self.any());
        (body["family_name"], body["visibility"]) = (json!(self.words(1)), json!("managers"));
        body["skills"] = json!([{"skill": self.skills[self.below(3)], "level": 4}]);
        let target = format!("/v1/people/{}", self.manager.create("/v1/people", &body));
        let restrict = Request::new("PUT", &format!("{target}/restriction")).json(&json!({"reason": "disputed"}));
        self.manager.send(restrict.header("If-Match", "*")).is(200);
        let wider = json!({"visibility": "public", "contact_visibility": "public", "email": "r@example.org"});
        self.manager.patch(&target, "*", &wider).is(200);
        self.hidden.borrow_mut().push(target);
    }

    fn add(&self, number: usize) -> String {
        let level = |at: usize| ["public", "members", "managers"][at % 3];
        let kind = ["company", "university", "startup", "association"][number % 4];
        let city = ["Jena", "Erfurt", "Gera"][number % 3];
        // Every third is wholly public, every third shows its profile to members, every third to managers.
        let core = if number % 9 == 8 { "members" } else { "public" };
        let body = json!({"kind": kind, "name": format!("{} {number}", self.words(2)), "summary": {"de": self.words(5)},
            "locations": [{"city": city, "country": "DE", "lat": 50.9 + 0.1 * number as f64, "lon": 11.5}],
            "contacts": [{"email": format!("info{number}@example.org")}],
            "visibility": {"core": core, "profile": level(number), "contacts": level(1 + number % 2)}});
        let id = self.app.organisation(&body);
        for (at, skill) in self.skills.iter().enumerate().skip(number % 2) {
            let claim = json!({"skill": skill, "level": 1 + (number + at) % 5, "visibility": level(number + at)});
            self.manager.create(&format!("/v1/organisations/{id}/skills"), &claim);
        }
        let reference =
            json!({"title": {"de": self.words(3)}, "text": {"en": self.words(6)}, "visibility": level(number / 2)});
        self.manager
            .create(&format!("/v1/organisations/{id}/references"), &reference);
        id
    }

    fn below(&self, end: usize) -> usize {
        usize::try_from(self.numbers.borrow_mut().below(end as u64)).unwrap()
    }

    fn words(&self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }

    /// An organisation whose profile only this level sees.
    fn with_profile(&self, level: usize) -> &str {
        let fitting: Vec<&String> = self.organisations.iter().skip(level).step_by(3).collect();
        fitting[self.below(fitting.len())]
    }

    fn any(&self) -> &str {
        &self.organisations[self.below(ORGANISATIONS)]
    }

    /// One of those with units.
    fn university(&self) -> &str {
        &self.organisations[1 + 4 * self.below(ORGANISATIONS / 4)]
    }

    /// Changes something that only managers see, or, at level 1, something that members see and others do not.
    fn change(&self, level: usize) {
        let visibility = ["public", "members", "managers"][level];
        let part = |name: &str| format!("/v1/organisations/{}/{name}", self.any());
        match self.below(12) {
            0 | 1 => self.patch(self.with_profile(level), &json!({"summary": {"de": self.words(7)}, "description": {"en": self.words(4)}})),
            2 => self.patch(self.any(), &json!({"notes": self.words(4)})),
            3 => self.keep(part("skills"), &json!({"skill": self.skills[self.below(3)], "level": 1 + self.below(5),
                "visibility": visibility})),
            4 => self.keep(part("references"), &json!({"title": {"de": self.words(3)}, "text": {"de": self.words(9)},
                "skills": [self.skills[self.below(3)]], "visibility": visibility})),
            5 => self.keep(format!("/v1/organisations/{}/units", self.university()), &json!({"kind": "chair", "name": {"de": self.words(2)}, "visibility": visibility})),
            6 => self.keep("/v1/organisations".to_owned(), &json!({"kind": "company", "name": format!("{} GmbH", self.words(2)),
                "summary": {"de": self.words(6)}, "locations": [{"city": "Jena", "country": "DE", "lat": 50.9, "lon": 11.5}],
                "visibility": {"core": visibility}})),
            7 => self.change_person(visibility),
            9 => {
                let mut body = solution(self.any());
                (body["title"], body["visibility"]) = (json!({"de": self.words(3)}), json!(visibility));
                self.keep("/v1/solutions".to_owned(), &body);
            }
            10 => {
                let target = format!("/v1/organisations/{}/logo", self.hideout["organisation_id"].as_str().unwrap());
                let put = Request::new("PUT", &target).bytes("image/png", PIXEL);
                self.manager.send(put.header("If-Match", "*")).is(200);
            }
            // Whose it is, nobody knows.
            8 => {
                let change = json!({"organisation_id": self.any()});
                self.manager.patch(&self.anonymous, "*", &change).is(200);
            }
            // A draft is for its editors and for managers.
            _ => self.keep("/v1/opportunities".to_owned(), &json!({"organisation_id": self.any(), "direction": "request",
                "cooperation": "pilot", "title": {"de": self.words(3)}})),
        }
        if self.hidden.borrow().len() > 30 {
            self.remove();
        }
    }

    fn patch(&self, organisation: &str, change: &Value) {
        let target = format!("/v1/organisations/{organisation}");
        let tag = self.manager.get(&target).is(200).etag();
        self.manager.patch(&target, &tag, change).is(200);
    }

    /// Adds a hidden record, unless there is one like it.
    fn keep(&self, list: String, body: &Value) {
        let made = self.manager.post(&list, body);
        if made.status == 201 {
            let id = made.json()["id"].as_str().unwrap().to_owned();
            self.hidden.borrow_mut().push(format!("{list}/{id}"));
        } else {
            made.is(409);
        }
    }

    fn remove(&self) {
        let place = self.below(self.hidden.borrow().len());
        let target = self.hidden.borrow_mut().swap_remove(place);
        let read = self.manager.get(&target);
        // It went with its organisation.
        if read.status == 200 {
            self.manager.delete(&target, &read.etag()).is(204);
        }
    }
}

/// What a reader sees of an answer: everything but the request's own id.
fn seen(app: &TestApp, request: &Request, token: Option<&str>) -> (u16, Option<String>, String) {
    let request = match token {
        Some(token) => request.clone().header("Authorization", &format!("Bearer {token}")),
        None => request.clone(),
    };
    let reply = http::send(app.address, &request);
    let text = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(mut body) if body.get("request_id").is_some() => {
            body["request_id"] = Value::Null;
            body.to_string()
        }
        _ => reply.text(),
    };
    // A workbook is no text.
    let text = if reply
        .header("content-type")
        .is_some_and(|media| media.contains("spreadsheet"))
    {
        format!("{:?}", reply.body)
    } else {
        text
    };
    (reply.status, reply.header("etag").map(str::to_owned), text)
}

#[test]
fn what_a_reader_may_not_see_changes_nothing() {
    on_each(|database| {
        let app = TestApp::on(database);
        let network = Network::new(&app);
        let member = app.as_member(&network.organisations[0]);
        let mut reads = network.reads();
        reads.extend(["q=laser", "kind=company"].map(|query| reads::of_saved_search(&member, query)));
        let member = member.token();
        // What is told later must be the hidden changes' doing.
        app.settle();
        // Second pages belong to it: their cursors were signed before the changes.
        for read in reads.clone() {
            let (.., text) = seen(&app, &read, None);
            let page = serde_json::from_str::<Value>(&text).unwrap_or_default();
            if let (true, Some(next)) = (read.method == "GET", page["next"].as_str()) {
                reads.push(Request::new("GET", next));
            }
        }
        for (level, readers) in [(2, vec![None, member.as_deref()]), (1, vec![None])] {
            let all = |token: &Option<&str>| reads.iter().map(|read| seen(&app, read, *token)).collect::<Vec<_>>();
            let before: Vec<_> = readers.iter().map(all).collect();
            assert!(
                before[0].iter().filter(|(status, ..)| *status == 200).count() > 60,
                "the reads read something"
            );
            for change in 0..CHANGES / 2 {
                // Slowly: the token of the member lives for ten minutes.
                app.advance(chrono::TimeDelta::milliseconds(100));
                network.change(level);
                for (reader, before) in readers.iter().zip(&before) {
                    for turn in 0..READS {
                        let at = (usize::try_from(change).unwrap() * READS + turn) % reads.len();
                        let after = seen(&app, &reads[at], *reader);
                        assert_eq!(after, before[at], "change {change}, level {level}: {:?}", reads[at]);
                    }
                }
            }
        }
    });
}
