//! The trait of middlewares, and their tower layer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use futures_util::future::Either;
use tower::{Layer, Service};

/// A middleware: it sees a request before all that is behind it, and the answer after.
pub(crate) trait Middleware: Clone + Send + Sync + 'static {
    /// Whether it has anything to do with a request. If not, the request is passed on as it is, at no cost.
    fn concerns(&self, request: &Request) -> bool;

    /// Passes a request on to what is next, and its answer back.
    fn pass<N: Next>(self, request: Request, next: N) -> impl Future<Output = Response> + Send;
}

/// What is behind a middleware: another one, or the routes. It is always ready and never fails.
pub(crate) trait Next:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
    /// Passes a request on.
    fn run(mut self, request: Request) -> impl Future<Output = Response> + Send {
        async move {
            let Ok(response) = self.call(request).await;
            response
        }
    }
}

impl<S> Next for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

/// A middleware as a layer.
#[derive(Debug, Clone)]
pub(crate) struct Step<M>(pub(crate) M);

impl<M: Middleware, S> Layer<S> for Step<M> {
    type Service = Stepped<M, S>;

    fn layer(&self, next: S) -> Stepped<M, S> {
        Stepped { middleware: self.0.clone(), next }
    }
}

/// A middleware and what is behind it.
#[derive(Debug, Clone)]
pub(crate) struct Stepped<M, S> {
    middleware: M,
    next: S,
}

impl<M: Middleware, S: Next> Service<Request> for Stepped<M, S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !self.middleware.concerns(&request) {
            return Either::Left(self.next.call(request));
        }
        let (middleware, next) = (self.middleware.clone(), self.next.clone());
        Either::Right(Box::pin(async move { Ok(middleware.pass(request, next).await) }))
    }
}
