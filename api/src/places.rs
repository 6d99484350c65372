//! Places for requests that are handled: so many at a time. A request whose body is still on its way has none, however slow it is.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};

/// A request's place, if it has one now.
#[derive(Clone)]
pub struct Place {
    places: Arc<Semaphore>,
    permit: Rc<RefCell<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when all are taken.
    pub fn take(places: &Arc<Semaphore>) -> Result<Self, Problem> {
        let place = Self {
            places: Arc::clone(places),
            permit: Rc::default(),
        };
        place.take_again()?;
        Ok(place)
    }

    /// The place of a request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Leaves it to others.
    pub fn leave(&self) {
        drop(self.permit.borrow_mut().take());
    }

    /// Takes one again after leaving it.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when all are taken.
    pub fn take_again(&self) -> Result<(), Problem> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Problem::new(Code::Unavailable)
                .retry_after(1)
                .because("too many requests at a time")
        })?;
        *self.permit.borrow_mut() = Some(permit);
        Ok(())
    }
}
